import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError } from '../failure/index.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import { createProducer } from '../kafka/producer.ts';
import { createLimiter } from '../limit/limiter.ts';
import { resolveRedis } from '../limit/redis.ts';
import type { ObjectStore } from '../object/contract.ts';
import { s3Store } from '../object/s3-store.ts';
import { type ExportRule, inputFormat, outputFormat, type RuleBundle } from '../rule/schema.ts';
import type { SecretStore } from '../secret/index.ts';
import type { PrepareOptions } from '../select/contract.ts';
import { type PreparedQuery, prepare } from '../select/index.ts';
import { topicDeadLetters } from './dead-letter.ts';
import { logDeadLetters } from './log-dead-letters.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';

/** A rule with its connections: serves one object after another for as long as its process lives. */
export interface ExportInstance {
  readonly plan: ExportPlan;
  readonly ports: ExportPorts;
  close(): Promise<void>;
}

/** A rule's query, ready to run. Throws SluiceError with the position in the query. */
export function prepareRule(
  rule: ExportRule,
  clock: () => number,
  batch: Pick<PrepareOptions, 'maxRows'> = {},
): PreparedQuery {
  return prepare(rule.select, {
    ...batch,
    input: inputFormat(rule.source),
    output: outputFormat(rule.kafka),
    now: clock,
    ...(rule.kafka.key === undefined ? {} : { key: rule.kafka.key }),
  });
}

/** The store that a rule reads from: AWS, or the one that `source.endpoint` names. */
export async function openStore({ source }: ExportRule, secrets: SecretStore): Promise<ObjectStore> {
  const credentials =
    source.secret === undefined ? undefined : await secrets.fields(source.secret, ['accessKeyId', 'secretAccessKey']);
  return s3Store({
    ...(source.region === undefined ? {} : { region: source.region }),
    ...(source.endpoint === undefined ? {} : { endpoint: source.endpoint }),
    ...(source.forcePathStyle ? { forcePathStyle: true } : {}),
    ...(credentials === undefined ? {} : { credentials }),
  });
}

/**
 * Resolves the secrets and opens what the rule needs; Kafka itself is connected by the first run.
 * Throws SluiceError of the stages `secret`, `limit` and `select`.
 */
export async function openInstance(
  bundle: RuleBundle,
  secrets: SecretStore,
  clock: () => number = Date.now,
): Promise<ExportInstance> {
  const { rule, stage } = bundle;
  const names = { rule: rule.name, stage };
  const select = prepareRule(rule, clock);
  const endpoint = await resolveEndpoint(kafkaConnection(bundle), secrets, `sluice.${stage}.${rule.name}`);
  const limiter = await openLimiter(bundle, secrets, clock);
  const { topic, compression, headers } = rule.kafka;
  const producer = createProducer({ endpoint, topic, compression, headers });
  const store = await openStore(rule, secrets);
  const letters =
    rule.onError.kind !== 'deadLetter'
      ? undefined
      : rule.onError.to.kind === 'topic'
        ? topicDeadLetters(producer, rule.onError.to.topic, names)
        : logDeadLetters(new CloudWatchLogsClient(), rule.onError.to.logGroup, names, clock);
  return {
    plan: { ...names, topic, compression: rule.source.compression, select, onError: rule.onError.kind },
    ports: {
      store,
      producer,
      limiter,
      clock,
      pause: (ms) => sleep(ms),
      ...(letters === undefined ? {} : { deadLetters: letters }),
    },
    async close() {
      store.close();
      await Promise.all([producer.close(), limiter.close()]);
    },
  };
}

function kafkaConnection({ rule, connections }: RuleBundle) {
  const connection = connections.kafka[rule.kafka.connection];
  if (connection !== undefined) return connection;
  throw new SluiceError(
    'UnknownConnection',
    `the rule's Kafka connection ${rule.kafka.connection} is not among its connections`,
    {
      stage: 'rule',
      context: { rule: rule.name },
      fix: 'Deploy the rule again.',
    },
  );
}

/** Without a shared bucket each of `instances` takes its part; they are the function's reserved concurrency. */
async function openLimiter({ rule, connections, stage }: RuleBundle, secrets: SecretStore, clock: () => number) {
  const { records, bytes, burst, shared, instances = 1 } = rule.rate ?? {};
  const redis = shared === undefined ? undefined : connections.redis[shared];
  const share = redis === undefined ? instances : 1;
  return createLimiter(
    {
      id: `${stage}.${rule.name}`,
      ...(records === undefined ? {} : { records: records / share }),
      ...(bytes === undefined ? {} : { bytes: bytes / share }),
      ...(burst === undefined ? {} : { burst: burst / share }),
      ...(redis === undefined ? {} : { shared: await resolveRedis(redis, secrets) }),
    },
    clock,
  );
}
