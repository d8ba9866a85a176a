/**
 * `npm run bench:objects`: what small objects leave behind in the broker. A broker of its own takes them exactly once, 8 at
 * a time, from a store in memory; its heap in use is read after a full collection, before and after, for each ledger, and
 * for `ledger: kafka` once more after a sweep.
 *
 *     npm run bench:objects [-- --objects 20000]
 */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { type ExportInstance, openInstance } from '../lib/export/instance.ts';
import { exportObject } from '../lib/export/run.ts';
import { openAdmin } from '../lib/kafka/admin.ts';
import type { KafkaEndpoint } from '../lib/kafka/contract.ts';
import { createGroupDirectory } from '../lib/kafka/groups.ts';
import { TABLE } from '../lib/ledger/dynamodb/table.ts';
import { sweep } from '../lib/ledger/kafka/sweep.ts';
import type { ObjectInfo, ObjectStore } from '../lib/object/contract.ts';
import { connectionsSchema } from '../lib/rule/schema/connections.ts';
import { exportSchema } from '../lib/rule/schema/export.ts';
import { createSecretStore } from '../lib/secret/index.ts';
import type { AwsEndpoint, Endpoints } from '../local/endpoints.ts';
import { Stack } from '../local/stack.ts';

const AT_ONCE = 8;
const PARTITIONS = 6;
const STAGE = 'bench';
const DAY = 86_400_000;
const OBJECT = Buffer.from(`id,uri\n${Array.from({ length: 10 }, (_, id) => `${id},/api/orders/${id}\n`).join('')}`);

type LedgerKind = 'dynamodb' | 'kafka';

async function main(objects: number): Promise<void> {
  const stack = new Stack({ name: 'bench-objects', shift: 7_000, environment: {} });
  const { endpoints } = await stack.up(['kafka', 'aws'], (text, part) => process.stderr.write(`${part} ${text}\n`));
  try {
    for (const ledger of ['dynamodb', 'kafka'] as const) await measure(ledger, objects, stack, endpoints);
  } finally {
    await stack.down();
  }
}

async function measure(ledger: LedgerKind, objects: number, stack: Stack, { kafka, aws }: Endpoints): Promise<void> {
  const topic = `objects-${ledger}`;
  const endpoint: KafkaEndpoint = { brokers: kafka!.brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' } };
  const client = dynamo(aws!);
  const admin = await openAdmin(endpoint);
  await admin.createTopic(topic, PARTITIONS);
  await client.send(new CreateTableCommand({ TableName: topic, ...TABLE }));
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: topic });
  const instance = await open(ledger, topic, endpoint.brokers, client);
  // What the first objects bring about is there once, however many there are.
  await exportAll(instance, 'warm', 100);
  const before = await heapOf(stack);
  const began = performance.now();
  await exportAll(instance, 'object', objects);
  const seconds = (performance.now() - began) / 1000;
  const after = await heapOf(stack);
  const each = (bytes: number) => `${((bytes - before) / objects / 1024).toFixed(2)} KiB an object`;
  say(ledger, `heap ${mb(before)} before, ${mb(after)} after ${objects} objects: ${each(after)}`);
  say(ledger, `${(objects / seconds).toFixed(0)} objects/s, ${AT_ONCE} at once`);
  if (ledger === 'kafka') {
    const directory = createGroupDirectory(endpoint, topic);
    const { removed } = await sweep(directory, { stage: STAGE, rule: topic }, DAY, Date.now() + 3 * DAY);
    await directory.close();
    const swept = await heapOf(stack);
    say(ledger, `heap ${mb(swept)} after a sweep of ${removed} groups: ${each(swept)}`);
  }
  await instance.close();
  await admin.close();
}

function dynamo({ url, region, accessKeyId, secretAccessKey }: AwsEndpoint): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey } });
}

function open(ledger: LedgerKind, topic: string, brokers: readonly string[], client: DynamoDBClient) {
  const rule = exportSchema.parse({
    kind: 'export',
    name: topic,
    source: { bucket: 'bench', format: 'csv', csv: { header: 'use' } },
    select: 'SELECT s.id, s.uri FROM S3Object s',
    kafka: { connection: 'main', topic, ledger },
  });
  const connections = connectionsSchema.parse({ kafka: { main: { brokers } } });
  const secrets = createSecretStore({ fetch: async () => '{}' });
  return openInstance({ rule, connections, stage: STAGE, hash: '' }, secrets, Date.now, { client, table: topic });
}

async function exportAll({ plan, ports }: ExportInstance, name: string, objects: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < objects) {
      const info: ObjectInfo = {
        bucket: 'bench',
        key: `${name}-${next++}.csv`,
        etag: 'v1',
        size: OBJECT.length,
        lastModified: new Date(),
      };
      const deadline = Date.now() + 600_000;
      const request = { ref: info, trigger: 'manual', run: info.key, deadline };
      const { result, error } = await exportObject(plan, { ...ports, store: storeOf(info) }, request);
      if (result !== 'done') throw new Error(`${info.key} ${result}: ${error?.reason}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function storeOf(info: ObjectInfo): ObjectStore {
  return {
    head: async () => info,
    async *read(_info, { from = 0, to } = {}) {
      yield OBJECT.subarray(from, to);
    },
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
}

/** Bytes of the broker's heap that are in use once everything that can go is gone. */
async function heapOf(stack: Stack): Promise<number> {
  const broker = (await stack.status()).find(({ part }) => part === 'kafka');
  if (broker?.pid === undefined) throw new Error('the broker is no process of this machine: its heap cannot be read');
  // Counts what is left after a full collection, by class; the last line is the sum: `Total  <instances>  <bytes>`.
  const { stdout } = await promisify(execFile)('jcmd', [`${broker.pid}`, 'GC.class_histogram'], { maxBuffer: 2 ** 26 });
  const bytes = Number(stdout.trim().split('\n').at(-1)?.trim().split(/\s+/)[2]);
  if (!(bytes > 0)) throw new Error(`jcmd said no sum: ${stdout.slice(-200)}`);
  return bytes;
}

const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const say = (ledger: LedgerKind, text: string) => console.log(`ledger: ${ledger}, ${text}`);

const { values } = parseArgs({ options: { objects: { type: 'string', default: '20000' } } });
await main(Number(values.objects));
