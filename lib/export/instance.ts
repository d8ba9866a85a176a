import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError } from '../failure/index.ts';
import type { ProducerOptions, RecordProducer } from '../kafka/contract.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import { createProducer } from '../kafka/producer.ts';
import type { Ledger } from '../ledger/contract.ts';
import type { Limiter } from '../limit/contract.ts';
import { createLimiter } from '../limit/limiter.ts';
import { resolveRedis } from '../limit/redis.ts';
import type { ObjectStore } from '../object/contract.ts';
import { s3Store } from '../object/s3-store.ts';
import { type ExportBundle, type ExportRule, inputFormat, type KafkaConnection, outputFormat } from '../rule/schema.ts';
import type { SecretStore } from '../secret/index.ts';
import type { PrepareOptions } from '../select/contract.ts';
import { type PreparedQuery, prepare } from '../select/index.ts';
import { topicDeadLetters } from './dead-letter.ts';
import { type LedgerPlace, openLedger } from './ledger.ts';
import { logDeadLetters } from './log-dead-letters.ts';
import type { ExactPorts, ExportPlan, Ports } from './plan.ts';

/**
 * How large a batch may be that is a transaction: its fixed steps (an intent, offsets, a commit) are some ten milliseconds,
 * whatever it carries. At few matches the bytes read decide, which is what a run that died reads again.
 */
export const EXACT_BATCH = { maxRows: 16_000, maxBytes: 4 * 1024 * 1024, maxSourceBytes: 32 * 1024 * 1024 };

type Bounds = Pick<PrepareOptions, 'maxRows' | 'maxBytes' | 'maxSourceBytes'>;

/** A rule with its connections: serves one object after another for as long as its process lives. */
export interface ExportInstance<P extends Ports = Ports> {
  readonly plan: ExportPlan;
  readonly ports: P;
  close(): Promise<void>;
}

/** A rule's query, ready to run. Throws SluiceError with the position in the query. */
export function prepareRule(rule: ExportRule, clock: () => number, batch: Bounds = {}): PreparedQuery {
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
  bundle: ExportBundle,
  secrets: SecretStore,
  clock: () => number = Date.now,
  place: LedgerPlace = {},
): Promise<ExportInstance> {
  const { rule, stage } = bundle;
  const names = { rule: rule.name, stage };
  const exact = rule.kafka.delivery === 'exactly-once';
  // A rule that cannot be prepared is told before anything is opened.
  const prepared = prepareRule(rule, clock);
  const endpoint = await resolveEndpoint(kafkaConnection(bundle), secrets, `sluice.${stage}.${rule.name}`);
  const limiter = await openLimiter(bundle, secrets, clock);
  const select = exact ? prepareRule(rule, clock, transactions(limiter)) : prepared;
  const { topic, compression, headers } = rule.kafka;
  const producing: ProducerOptions = { endpoint, topic, compression, headers };
  const store = await openStore(rule, secrets);
  const common = { store, limiter, clock, pause: (ms: number) => sleep(ms) };
  const delivery = exact
    ? exactly(rule, names, clock, openLedger(bundle, producing, clock, place))
    : atLeast(rule, names, clock, createProducer(producing));
  return {
    plan: {
      ...names,
      topic,
      hash: bundle.hash,
      compression: rule.source.compression,
      select,
      onError: rule.onError.kind,
    },
    ports: { ...common, ...delivery.ports },
    async close() {
      store.close();
      await Promise.all([delivery.close(), limiter.close()]);
    },
  };
}

interface Names {
  readonly rule: string;
  readonly stage: string;
}

function atLeast({ onError }: ExportRule, names: Names, clock: () => number, producer: RecordProducer) {
  const deadLetters =
    onError.kind !== 'deadLetter'
      ? undefined
      : onError.to.kind === 'topic'
        ? topicDeadLetters(producer, onError.to.topic, names)
        : logDeadLetters(new CloudWatchLogsClient(), onError.to.logGroup, names, clock);
  return {
    ports: { producer, ...(deadLetters === undefined ? {} : { deadLetters }) },
    close: () => producer.close(),
  };
}

function exactly({ onError }: ExportRule, names: Names, clock: () => number, ledger: Ledger) {
  return { ports: { ledger, ...exactLetters(onError, names, clock) }, close: () => ledger.close() };
}

function exactLetters(
  onError: ExportRule['onError'],
  names: Names,
  clock: () => number,
): Pick<ExactPorts, 'letters' | 'deadLetters'> {
  if (onError.kind !== 'deadLetter') return {};
  const { to } = onError;
  return to.kind === 'topic'
    ? { letters: (sender) => topicDeadLetters(sender, to.topic, names) }
    : { deadLetters: logDeadLetters(new CloudWatchLogsClient(), to.logGroup, names, clock) };
}

/** A batch is one transaction, and no transaction is to hold more than the rate lets through in a second. */
function transactions({ maxRecords, maxBytes }: Limiter): Required<Bounds> {
  return {
    ...EXACT_BATCH,
    maxRows: Math.max(1, Math.floor(Math.min(maxRecords, EXACT_BATCH.maxRows))),
    maxBytes: Math.max(1, Math.floor(Math.min(maxBytes, EXACT_BATCH.maxBytes))),
  };
}

export function kafkaConnection({ rule, connections }: ExportBundle): KafkaConnection {
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
async function openLimiter({ rule, connections, stage }: ExportBundle, secrets: SecretStore, clock: () => number) {
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
