import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError } from '../failure/index.ts';
import { openAdmin } from '../kafka/admin.ts';
import type { KafkaEndpoint } from '../kafka/contract.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import { createProducer } from '../kafka/producer.ts';
import { createPipeline } from '../message/pipeline.ts';
import type { KafkaConnection, RuleBundle, SinkRule } from '../rule/schema.ts';
import type { SecretStore } from '../secret/index.ts';
import type { MessageLetters, StopStore, Target, TargetPorts } from './contract.ts';
import { logGroupLetters } from './letters/log-group.ts';
import { topicLetters } from './letters/topic.ts';
import type { SinkPlan, SinkPorts } from './plan.ts';

/** A rule with its connections: takes one batch after another for as long as its process lives. */
export interface SinkInstance {
  readonly plan: SinkPlan;
  readonly ports: SinkPorts;
  readonly endpoint: KafkaEndpoint;
  close(): Promise<void>;
}

/**
 * So many messages are handed to a target at once: while it writes them, the next ones are parsed. PostgreSQL is no faster
 * with more; TDengine is, up to a statement of 1 MiB.
 */
const PART_MESSAGES: Readonly<Record<SinkRule['kind'], number>> = { 'postgres-sink': 1_000, 'tdengine-sink': 10_000 };

/** How each kind of target is opened. It connects when it is first used. */
export type OpenTarget<R extends SinkRule> = (bundle: RuleBundle<R>, ports: TargetPorts) => Promise<Target>;

export interface SinkParts<R extends SinkRule> {
  readonly secrets: SecretStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly open: OpenTarget<R>;
  /** Where stops are kept, for a target that cannot keep them itself. */
  readonly stops?: (endpoint: KafkaEndpoint) => StopStore;
}

/** Resolves the secrets and opens what the rule needs. Throws SluiceError of the stages `secret`, `message` and `rule`. */
export async function openSink<R extends SinkRule>(bundle: RuleBundle<R>, parts: SinkParts<R>): Promise<SinkInstance> {
  const { rule, stage } = bundle;
  const { secrets, clock } = parts;
  // A rule that cannot be prepared is told before anything is opened.
  const pipeline = createPipeline({ message: rule.message, steps: rule.steps, columns: columnsOf(rule), now: clock });
  const endpoint = await resolveEndpoint(kafkaOf(bundle), secrets, `sluice.${stage}.${rule.name}`);
  const target = await parts.open(bundle, { secrets, clock });
  const stops = target.stops ?? parts.stops?.(endpoint);
  if (stops === undefined) throw new TypeError(`nothing keeps the stops of ${rule.name}`);
  const letters = lettersOf(bundle, endpoint, clock);
  return {
    endpoint,
    plan: {
      rule: rule.name,
      stage,
      onError: rule.onError.kind,
      batchMessages: Math.min(rule.source.batch.records, PART_MESSAGES[rule.kind]),
    },
    ports: {
      pipeline,
      target,
      stops,
      ...(letters === undefined ? {} : { letters }),
      logEnd: (place) => logEnd(endpoint, place),
      clock,
      pause: (ms) => sleep(ms),
    },
    async close() {
      await Promise.all([target.close(), letters?.close()]);
    },
  };
}

/** TDengine's columns are its target's own: what is no column is a tag, or names the sub-table. */
function columnsOf(rule: SinkRule): Readonly<Record<string, string>> | undefined {
  return rule.kind === 'postgres-sink' && rule.columns !== 'all' ? rule.columns : undefined;
}

/** The rule's Kafka connection. Throws SluiceError (`UnknownConnection`). */
export function kafkaOf({ rule, connections }: RuleBundle<SinkRule>): KafkaConnection {
  const { connection } = rule.source;
  const found = connections.kafka[connection];
  if (found !== undefined) return found;
  throw new SluiceError('UnknownConnection', `the rule's Kafka connection ${connection} is not among its connections`, {
    stage: 'rule',
    context: { rule: rule.name },
    fix: 'Deploy the rule again.',
  });
}

function lettersOf(
  { rule, stage }: RuleBundle<SinkRule>,
  endpoint: KafkaEndpoint,
  clock: () => number,
): MessageLetters | undefined {
  const { onError, name } = rule;
  if (onError.kind !== 'deadLetter') return undefined;
  const names = { rule: name, stage };
  if (onError.to.kind === 'logGroup') {
    return logGroupLetters(new CloudWatchLogsClient(), onError.to.logGroup, names, clock);
  }
  const { topic } = onError.to;
  return topicLetters(createProducer({ endpoint, topic, compression: 'none', headers: false }), topic, names);
}

/** Asked rarely: only where a whole batch was there already. */
async function logEnd(
  endpoint: KafkaEndpoint,
  place: { readonly topic: string; readonly partition: number },
): Promise<number | undefined> {
  const admin = await openAdmin(endpoint);
  try {
    const range = (await admin.offsets(place.topic)).find(({ partition }) => partition === place.partition);
    return range === undefined ? undefined : Number(range.high);
  } catch (error) {
    // An event made by hand may tell of a topic that there is not.
    if (error instanceof SluiceError && error.code === 'MissingTopic') return undefined;
    throw error;
  } finally {
    await admin.close();
  }
}
