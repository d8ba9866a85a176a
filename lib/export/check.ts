import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import { connectRedis, resolveRedis } from '../limit/redis.ts';
import type { ObjectStore } from '../object/contract.ts';
import { ledgerTable } from '../rule/deployment/names.ts';
import type { ExportBundle } from '../rule/schema.ts';
import { secretsOf } from '../rule/secrets.ts';
import type { SecretStore } from '../secret/index.ts';
import { lookAtBucket } from './check/bucket.ts';
import { type Extent, extentOf, judgeGroups, judgeRuns } from './check/extent.ts';
import { judgeVersions, KAFKA_PROBES, type KafkaProbes, lookAtCluster, lookAtTopic } from './check/kafka.ts';
import { type Finding, ok, type Probe, probe, resting } from './check/probe.ts';
import { ifSilent } from './check/silence.ts';
import { lookAtTable } from './check/table.ts';
import { lookAtTransactions } from './check/transaction.ts';
import { openStore } from './instance.ts';

export type { Finding, Probe } from './check/probe.ts';

/** What the probes touch. The clients have defaults that talk to the real servers. */
export interface CheckPorts {
  readonly secrets: SecretStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly kafka?: KafkaProbes;
  readonly store?: (bundle: ExportBundle) => Promise<ObjectStore>;
  /** The ledger's. Default: as the process's environment says, in which a function finds its own. */
  readonly table?: string;
  readonly dynamo?: Pick<DynamoDBClient, 'send' | 'destroy'>;
  /** Connects to the rule's shared rate and leaves again. */
  readonly redis?: (bundle: ExportBundle) => Promise<void>;
}

/**
 * Probes what a rule needs from where its function stands: its secrets, its bucket, Kafka, its topics, its shared rate.
 * Runs all at once, each for 3 s at most. Never throws: what is wrong is a probe that failed.
 */
export async function checkExport(bundle: ExportBundle, ports: CheckPorts): Promise<Probe[]> {
  const { rule } = bundle;
  return Promise.all([
    ...secretProbes(bundle, ports),
    bucketProbe(bundle, ports),
    ...kafkaProbes(bundle, ports),
    ...ledgerProbes(bundle, ports),
    ...(rule.rate?.shared === undefined ? [] : [rateProbe(bundle, ports, rule.rate.shared)]),
  ]);
}

function secretProbes(bundle: ExportBundle, { secrets, clock }: CheckPorts): Promise<Probe>[] {
  const names = [...new Set(secretsOf(bundle).map(({ name }) => name))];
  return names.map((name) =>
    probe(`secret ${name}`, { clock, ifSilent: ifSilent(bundle.rule, 'secretsmanager') }, async () => {
      await secrets.text(name);
      return ok('can be read');
    }),
  );
}

function bucketProbe(bundle: ExportBundle, { secrets, clock, store }: CheckPorts): Promise<Probe> {
  const { source } = bundle.rule;
  return probe(`bucket ${source.bucket}`, { clock, ifSilent: ifSilent(bundle.rule, 's3') }, () =>
    withStore(bundle, { secrets, store }, (open) => lookAtBucket(open, source)),
  );
}

async function withStore<T>(
  bundle: ExportBundle,
  { secrets, store }: { readonly secrets: SecretStore; readonly store: CheckPorts['store'] | undefined },
  look: (open: ObjectStore) => Promise<T>,
): Promise<T> {
  const open = await (store === undefined ? openStore(bundle.rule, secrets) : store(bundle));
  try {
    return await look(open);
  } finally {
    open.close();
  }
}

function tableHere({ stage }: ExportBundle): string {
  return process.env['SLUICE_LEDGER_TABLE'] ?? ledgerTable(stage);
}

/** What exactly once needs beside Kafka, and what the rule's objects ask of it. */
function ledgerProbes(
  bundle: ExportBundle,
  { secrets, clock, store, dynamo, table = tableHere(bundle) }: CheckPorts,
): Promise<Probe>[] {
  const { rule, stage } = bundle;
  const { delivery, ledger } = rule.kafka;
  if (delivery === 'at-least-once') return [];
  const ofStore = { clock, ifSilent: ifSilent(rule, 's3') };
  const extent = withStore(bundle, { secrets, store }, (open) => extentOf(open, rule.source, clock));
  // Each probe hears of its failure in its own way.
  extent.catch(() => undefined);
  const judged = (name: string, judge: (found: Extent) => Finding) =>
    probe(name, ofStore, () => resting(extent, 'the bucket', async (found) => judge(found)));
  return [
    ledger === 'kafka'
      ? judged('ledger in kafka', (found) => judgeGroups(found, rule.kafka))
      : probe(`ledger table ${table}`, { clock, ifSilent: ifSilent(rule, 'dynamodb') }, async () => {
          const client = dynamo ?? new DynamoDBClient({ maxAttempts: 2 });
          try {
            return await lookAtTable(client, table, { stage, rule: rule.name });
          } finally {
            client.destroy();
          }
        }),
    judged('largest object', (found) => judgeRuns(found, rule)),
  ];
}

function kafkaProbes(bundle: ExportBundle, { secrets, clock, kafka = KAFKA_PROBES }: CheckPorts): Promise<Probe>[] {
  const { rule, connections, stage } = bundle;
  const connection = connections.kafka[rule.kafka.connection];
  if (connection === undefined) return [];
  const options = { clock, ifSilent: ifSilent(rule, 'kafka') };
  const endpoint = resolveEndpoint(connection, secrets, `sluice.check.${stage}.${rule.name}`);
  const admin = endpoint.then((resolved) => kafka.open(resolved));
  // Each probe hears of its failure in its own way.
  admin.catch(() => undefined);
  const topics = [
    { name: rule.kafka.topic, what: 'topic' },
    ...(rule.onError.kind === 'deadLetter' && rule.onError.to.kind === 'topic'
      ? [{ name: rule.onError.to.topic, what: 'dead-letter topic' }]
      : []),
  ];
  const probes = [
    probe(`kafka ${rule.kafka.connection}`, options, async () => lookAtCluster(await admin, await endpoint)),
    probe('kafka version', options, () =>
      resting(admin, 'Kafka', async () => judgeVersions(await kafka.versions(await endpoint), rule.kafka.delivery)),
    ),
    ...(rule.kafka.delivery === 'at-least-once'
      ? []
      : [
          probe('transactions', options, () =>
            resting(admin, 'Kafka', async () => lookAtTransactions(kafka, await endpoint, bundle)),
          ),
        ]),
    ...topics.map(({ name, what }) =>
      probe(`${what} ${name}`, options, () => resting(admin, 'Kafka', (open) => lookAtTopic(open, name, 'write'))),
    ),
  ];
  const closing = async () => (await admin).close();
  Promise.allSettled(probes)
    .then(closing)
    .catch(() => undefined);
  return probes;
}

function rateProbe(bundle: ExportBundle, ports: CheckPorts, shared: string): Promise<Probe> {
  const { clock, secrets } = ports;
  return probe(`redis ${shared}`, { clock, ifSilent: ifSilent(bundle.rule, 'redis') }, async () => {
    await (ports.redis ?? pingRedis(secrets, shared))(bundle);
    return ok('signed in; it holds the rate of all instances');
  });
}

function pingRedis(secrets: SecretStore, shared: string): (bundle: ExportBundle) => Promise<void> {
  return async ({ connections }) => {
    const connection = connections.redis[shared];
    if (connection === undefined) return;
    const { client } = await connectRedis(await resolveRedis(connection, secrets), 0);
    await client.quit();
  };
}
