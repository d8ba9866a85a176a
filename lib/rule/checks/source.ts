import type { SluiceError } from '../../failure/index.ts';
import { consumerGroup } from '../consumer-group.ts';
import { mappingId } from '../deployment/poller.ts';
import { problem } from '../problem.ts';
import type { SinkRule } from '../schema.ts';
import { nodeAt, placeOf } from '../tree.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

/** Lambda's limit on the name of a consumer group. */
const GROUP_LENGTH = 200;

/** What is wrong with where a sink reads, and with what its messages are said to be. */
export function sourceProblems(subject: RuleSubject<SinkRule>): readonly SluiceError[] {
  return [...topicProblems(subject), ...messageProblems(subject)];
}

function topicProblems(subject: RuleSubject<SinkRule>): SluiceError[] {
  const { rule, stage } = subject;
  const { topics, group } = rule.source;
  const found: SluiceError[] = [];
  for (const [i, topic] of topics.entries()) {
    const at = ['source', 'topics', i];
    if (topics.indexOf(topic) < i)
      found.push(wrongAt(subject, at, `the topic ${topic} stands here a second time`, 'Keep one of the two.'));
    const name = consumerGroup(rule, stage, topic);
    if (name.length > GROUP_LENGTH) {
      const fix = `Shorten ${group === undefined ? 'the name of the rule' : 'source.group'}, or read a topic of a shorter name.`;
      const message = `the consumer group would be ${name}, which has ${name.length} characters; AWS takes ${GROUP_LENGTH}`;
      found.push(wrongAt(subject, group === undefined ? at : ['source', 'group'], message, fix));
    }
  }
  found.push(...sameMappings(subject));
  const { onError } = rule;
  if (onError.kind === 'deadLetter' && onError.to.kind === 'topic' && topics.includes(onError.to.topic)) {
    const fix = 'Name another topic: each bad message would come back as one, for ever.';
    const message = "the dead letters' topic is one that this rule reads";
    found.push(wrongAt(subject, ['onError', 'deadLetter', 'topic'], message, fix));
  }
  return found;
}

/** Serverless names a mapping by the letters and digits of its topic, and would keep only the last one of a name. */
function sameMappings({ rule, tree, connections }: RuleSubject<SinkRule>): SluiceError[] {
  const connection = connections.value.kafka[rule.source.connection];
  if (connection === undefined) return [];
  const first = new Map<string, string>();
  return rule.source.topics.flatMap((topic, i) => {
    const id = mappingId(rule.name, connection, topic);
    const other = first.get(id);
    if (other === undefined) first.set(id, topic);
    if (other === undefined || other === topic) return [];
    const message = `the mapping of topic ${topic} would have the name of that of ${other}`;
    const at = placeOf(tree, ['source', 'topics', i]);
    return [problem('InvalidRule', message, at, 'Read one of the two by another rule.', rule.name)];
  });
}

function messageProblems(subject: RuleSubject<SinkRule>): SluiceError[] {
  const { format } = subject.rule.message;
  const path = ['message', 'debezium'];
  if (format === 'debezium' || nodeAt(subject.tree, path) === undefined) return [];
  const fix = 'Leave it out, or write format: debezium.';
  return [wrongKey(subject, path, `message.debezium means nothing with format: ${format}`, fix)];
}
