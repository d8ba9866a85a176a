import { KAFKA_PROBES, type KafkaProbes, lookAtCluster, lookAtTopic } from '../export/check/kafka.ts';
import { type Finding, ok, type Probe, probe, resting, thrown } from '../export/check/probe.ts';
import { ifSilent } from '../export/check/silence.ts';
import type { KafkaEndpoint } from '../kafka/contract.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import type { TopicUse } from '../kafka/finding.ts';
import { createGroupOffsetAdmin } from '../kafka/group-offsets.ts';
import { consumerGroup } from '../rule/consumer-group.ts';
import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import { secretsOf } from '../rule/secrets.ts';
import type { SecretStore } from '../secret/index.ts';
import type { Target } from './contract.ts';
import { kafkaOf } from './instance.ts';

/** What the probes touch. The clients have defaults that talk to the real servers. */
export interface SinkCheckPorts {
  readonly secrets: SecretStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Opened for the probes, and closed behind them. */
  readonly target: () => Promise<Pick<Target, 'check' | 'close'>>;
  readonly kafka?: Pick<KafkaProbes, 'open'>;
  readonly group?: (endpoint: KafkaEndpoint, group: string, topic: string) => Promise<number>;
}

/** While a coordinator is found for the first time, the broker asks to come again in a moment. */
const IMPATIENT = {
  connectTimeoutMs: 2500,
  requestTimeoutMs: 2500,
  retry: { retries: 4, initialRetryTime: 50, maxRetryTime: 500 },
};

/**
 * Probes what a sink needs from where it stands: its secrets, Kafka, its topics and groups, its target. Runs all at once,
 * each for 3 s at most. Never throws: what is wrong is a probe that failed.
 */
export async function checkSink(bundle: RuleBundle<SinkRule>, ports: SinkCheckPorts): Promise<readonly Probe[]> {
  const [secrets, kafka, target] = await Promise.all([
    Promise.all(secretProbes(bundle, ports)),
    kafkaProbes(bundle, ports),
    targetProbes(ports),
  ]);
  return [...secrets, ...kafka, ...target];
}

function secretProbes(bundle: RuleBundle<SinkRule>, { secrets, clock }: SinkCheckPorts): Promise<Probe>[] {
  const names = [...new Set(secretsOf(bundle).map(({ name }) => name))];
  return names.map((name) =>
    probe(`secret ${name}`, { clock, ifSilent: ifSilent(bundle.rule, 'secretsmanager') }, async () => {
      await secrets.text(name);
      return ok('can be read');
    }),
  );
}

async function kafkaProbes(bundle: RuleBundle<SinkRule>, ports: SinkCheckPorts): Promise<readonly Probe[]> {
  const { rule, stage } = bundle;
  const { clock, secrets, kafka = KAFKA_PROBES, group = committedIn } = ports;
  const { connection, topics } = rule.source;
  const options = { clock, ifSilent: ifSilent(rule, 'kafka') };
  const endpoint = resolving(bundle, secrets, stage);
  const admin = endpoint.then((resolved) => kafka.open(resolved));
  // Each probe hears of its failure in its own way.
  admin.catch(() => undefined);
  const topicProbe = (
    what: string,
    name: string,
    use: TopicUse,
    judge: (finding: Finding) => Finding = (same) => same,
  ) =>
    probe(`${what} ${name}`, options, () =>
      resting(admin, 'Kafka', async (open) => judge(await lookAtTopic(open, name, use))),
    );
  const dead = rule.onError.kind === 'deadLetter' && rule.onError.to.kind === 'topic' ? [rule.onError.to.topic] : [];
  const probes = await Promise.all([
    probe(`kafka ${connection}`, options, async () => lookAtCluster(await admin, await endpoint)),
    // That a topic is compacted is no harm to who reads it.
    ...topics.map((name) =>
      topicProbe('topic', name, 'read', (found) => (found.state === 'warning' ? ok(found.detail) : found)),
    ),
    ...topics.map((topic) => {
      const name = consumerGroup(rule, stage, topic);
      return probe(`group ${name}`, options, () =>
        resting(admin, 'Kafka', async () => judgeGroup(await group(await endpoint, name, topic), rule)),
      );
    }),
    ...dead.map((name) => topicProbe('dead-letter topic', name, 'write')),
  ]);
  await admin.then((open) => open.close()).catch(() => undefined);
  return probes;
}

/** Its failure is told by the probe of the cluster. */
function resolving(bundle: RuleBundle<SinkRule>, secrets: SecretStore, stage: string): Promise<KafkaEndpoint> {
  return Promise.resolve().then(() =>
    resolveEndpoint(kafkaOf(bundle), secrets, `sluice.check.${stage}.${bundle.rule.name}`),
  );
}

async function committedIn(endpoint: KafkaEndpoint, group: string, topic: string): Promise<number> {
  const admin = createGroupOffsetAdmin(endpoint, group, IMPATIENT);
  try {
    return (await admin.read(topic)).size;
  } finally {
    await admin.close();
  }
}

function judgeGroup(partitions: number, { source: { from } }: SinkRule): Finding {
  if (partitions > 0) return ok(`has offsets of ${partitions} partition${partitions === 1 ? '' : 's'}`);
  const start = typeof from === 'string' ? from : new Date(from.timestamp).toISOString();
  return ok(`may be used; it has no offsets yet, and begins at ${start}`);
}

async function targetProbes({ target, clock }: SinkCheckPorts): Promise<readonly Probe[]> {
  const began = clock();
  try {
    const open = await target();
    try {
      return await open.check();
    } finally {
      await open.close();
    }
  } catch (error) {
    return [{ name: 'target', ...thrown(error), ms: clock() - began }];
  }
}
