import { resolveEndpoint } from '../../kafka/endpoint.ts';
import { createGroupOffsetAdmin } from '../../kafka/group-offsets.ts';
import { consumerGroup } from '../../rule/consumer-group.ts';
import type { RuleBundle, SinkRule } from '../../rule/index.ts';
import type { SecretStore } from '../../secret/index.ts';
import type { Stop } from '../../sink/contract.ts';
import { kafkaOf } from '../../sink/instance.ts';
import { answer, type Context, lineFor } from '../command.ts';
import { confirm } from '../confirm.ts';
import { Exit, usage } from '../exit.ts';
import { counted } from '../units.ts';
import { secretsHere } from './opened.ts';
import { sinkStops } from './stops.ts';
import { stopsTable } from './stops-text.ts';

export interface SinkResumeOptions {
  readonly yes?: boolean;
  readonly local?: boolean;
  readonly recreated?: boolean;
  readonly skip?: boolean;
}

/** Lets the partitions of a sink go on from the messages that they stand at. */
export async function resumeSink(
  context: Context,
  bundle: RuleBundle<SinkRule>,
  topic: string | undefined,
  { yes, local = false, recreated = false, skip = false }: SinkResumeOptions,
): Promise<Exit> {
  const { rule, stage } = bundle;
  if (topic !== undefined && !rule.source.topics.includes(topic))
    throw usage(`${rule.name} does not read a topic ${topic}`, `It reads ${rule.source.topics.join(', ')}.`);
  if (recreated && topic === undefined)
    throw usage('--recreated forgets the offsets of one topic', 'Name the topic that was made anew.');
  const secrets = secretsHere(context);
  const stops = await sinkStops(context, bundle, secrets, local);
  try {
    const standing = (await stops.list()).filter((stop) => topic === undefined || stop.topic === topic);
    if (standing.length === 0 && !recreated) {
      answer(context, { rule: rule.name, stage, partitions: 0 }, () => 'Nothing stands still.');
      return Exit.OK;
    }
    for (const line of stopsTable(context, standing)) context.terminal.err(line);
    const asked = recreated
      ? `Forget what the target has settled of ${topic}, and write its messages from the first one on?`
      : `Go on with ${counted(standing.length, 'partition')}${skip ? ', without the message that each stands at' : ''}?`;
    await confirm(context, asked, yes);
    const done = await stops.resume({
      ...(topic !== undefined && { topic }),
      ...(recreated && { recreated: true }),
      ...(skip && { skip: true }),
    });
    const forgotten = await forgottenBy(bundle, secrets, done.stops);
    answer(
      context,
      { rule: rule.name, stage, partitions: done.stops.length, ...done, forgottenGroups: forgotten },
      () => [
        `${counted(done.stops.length, 'partition')} may go on.`,
        ...(skip ? done.stops.map(skippedText) : []),
        ...(done.forgotten === undefined
          ? []
          : [`The target forgot the offsets of ${counted(done.forgotten, 'partition')}.`]),
        ...forgotten.map((each) => forgottenText(rule, each)),
        stops.where === 'here'
          ? `Start it: ${lineFor(context, `run ${rule.name}`)}`
          : 'A deployed function goes on by itself, within minutes.',
      ],
    );
    return Exit.OK;
  } finally {
    await stops.close();
  }
}

/** Partitions that the broker has forgotten the group's offsets of while they stood: it then begins at `source.from`. */
async function forgottenBy(
  { rule, stage, connections }: RuleBundle<SinkRule>,
  secrets: SecretStore,
  stops: readonly Stop[],
): Promise<readonly Stop[]> {
  if (stops.length === 0) return [];
  const bundle = { rule, stage, connections, hash: '' };
  const endpoint = await resolveEndpoint(kafkaOf(bundle), secrets, `sluice.resume.${stage}.${rule.name}`);
  const forgotten: Stop[] = [];
  for (const topic of new Set(stops.map((stop) => stop.topic))) {
    const admin = createGroupOffsetAdmin(endpoint, consumerGroup(rule, stage, topic));
    try {
      const committed = await admin.read(topic);
      forgotten.push(...stops.filter((stop) => stop.topic === topic && !committed.has(stop.partition)));
    } finally {
      await admin.close();
    }
  }
  return forgotten;
}

function skippedText({ topic, partition, offset, code }: Stop): string {
  return `Message ${offset} of partition ${partition} of ${topic} is left out (${code}); it stays in its topic.`;
}

function forgottenText({ source: { from } }: SinkRule, { topic, partition, offset }: Stop): string {
  const start = typeof from === 'string' ? from : new Date(from.timestamp).toISOString();
  const what =
    from === 'latest'
      ? `what came since message ${offset} would be left out: write from: { timestamp: … } of then, and deploy`
      : 'what was written is recognised and left as it is';
  return `Kafka has no offsets of the group any more for partition ${partition} of ${topic}: a deployed function begins at ${start}; ${what}.`;
}
