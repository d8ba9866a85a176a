/** A bucket full of objects, a rule deployed in this process over real servers, and the CLI that a user types at it. */
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { standstillOf } from '../../lib/cli/aws/standstill.ts';
import { handleExport } from '../../lib/export/handle.ts';
import { type ExportInstance, openInstance } from '../../lib/export/instance.ts';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import { PARTITION_KEY, TABLE, TIME_TO_LIVE } from '../../lib/ledger/dynamodb/table.ts';
import { sweep } from '../../lib/ledger/kafka/sweep.ts';
import { ledgerTable } from '../../lib/rule/deployment/names.ts';
import { loadProject } from '../../lib/rule/disk.ts';
import { resolveExport } from '../../lib/rule/index.ts';
import { createSecretStore } from '../../lib/secret/index.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { AwsEndpoint, KafkaEndpoint } from '../../local/endpoints.ts';
import { DEPLOYED, functionsOf, projectOf, type Said, sluice } from './cli-fakes.ts';
import type { LedgerKind } from './exact.ts';
import { plaintext } from './kafka.ts';

const RULE = 'fill';
const PREFIX = 'access/';
const RECORDS = 20;

export class Backfilling {
  readonly #aws: AwsEndpoint;
  readonly #kafka: KafkaEndpoint;
  readonly #ledger: LedgerKind;
  readonly stage = `b${Math.random().toString(36).slice(2, 10)}`;
  readonly bucket = `backfill-${randomUUID()}`;
  readonly topic = `backfill-${randomUUID()}`;
  select = 'SELECT s.id FROM S3Object s';
  /** Moves the clock of the rule's functions and of the CLI. */
  shift = 0;
  readonly clock = (): number => Date.now() + this.shift;
  readonly #s3: S3Client;
  readonly #dynamo: DynamoDBClient;
  readonly #instances: ExportInstance[] = [];
  #admin: KafkaAdmin | undefined;
  #cwd = '';
  #credentials: Readonly<Record<string, string>>;

  constructor(aws: AwsEndpoint, kafka: KafkaEndpoint, ledger: LedgerKind) {
    this.#aws = aws;
    this.#kafka = kafka;
    this.#ledger = ledger;
    const { url, region, accessKeyId, secretAccessKey } = aws;
    const credentials = { accessKeyId, secretAccessKey };
    this.#s3 = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
    this.#dynamo = new DynamoDBClient({ endpoint: url, region, credentials });
    this.#credentials = { STORE: JSON.stringify(credentials) };
  }

  async open(): Promise<void> {
    this.#admin = await openAdmin(plaintext(this.#kafka.brokers));
    await this.#admin.createTopic(this.topic, 3);
    await this.#s3.send(new CreateBucketCommand({ Bucket: this.bucket }));
    if (this.#ledger === 'dynamodb') {
      const TableName = ledgerTable(this.stage);
      await this.#dynamo.send(new CreateTableCommand({ TableName, ...TABLE }));
      await waitUntilTableExists({ client: this.#dynamo, maxWaitTime: 30 }, { TableName });
    }
    await this.writeRule();
  }

  /** As it is now: `select` may have changed. */
  async writeRule(): Promise<void> {
    const rule = {
      kind: 'export',
      name: RULE,
      source: {
        bucket: this.bucket,
        prefix: PREFIX,
        suffix: '.csv',
        format: 'csv',
        csv: { header: 'use' },
        trigger: 'none',
        endpoint: this.#aws.url,
        region: this.#aws.region,
        forcePathStyle: true,
        secret: 'env:STORE',
      },
      select: this.select,
      kafka: { connection: 'main', topic: this.topic, ledger: this.#ledger, maxGroups: 10_000 },
    };
    // JSON is YAML.
    this.#cwd = await projectOf({
      [`rules/${RULE}.yml`]: JSON.stringify(rule),
      'connections.yml': JSON.stringify({ kafka: { main: { brokers: this.#kafka.brokers } } }),
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.close()));
    await this.#admin?.deleteTopic(this.topic);
    await this.#admin?.close();
    if (this.#ledger === 'dynamodb')
      await this.#dynamo.send(new DeleteTableCommand({ TableName: ledgerTable(this.stage) }));
    this.#dynamo.destroy();
    this.#s3.destroy();
  }

  /** Puts so many objects of the rule, and some that are not; returns the keys, and every value that belongs into the topic. */
  async put(objects: number): Promise<{ readonly keys: readonly string[]; readonly values: readonly string[] }> {
    const keys = Array.from({ length: objects }, (_, i) => `${PREFIX}${String(i).padStart(4, '0')}.csv`);
    const ids = (key: string) => Array.from({ length: RECORDS }, (_, row) => `${key}:${row}`);
    const foreign = [`elsewhere/0001.csv`, `${PREFIX}0001.json`];
    const pending = [...keys, ...foreign];
    const work = async () => {
      for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
        const Body = ['id', ...ids(key)].join('\n');
        await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body }));
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    return { keys, values: keys.flatMap(ids).map((id) => JSON.stringify({ id })) };
  }

  async putObject(name: string, content: string): Promise<string> {
    const key = `${PREFIX}${name}`;
    await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: content }));
    return key;
  }

  /** A new instance of the rule's function, as an event or the CLI invokes it. */
  async function(): Promise<(event: object) => Promise<readonly RunRecord[]>> {
    const env = this.#credentials;
    const { bundle } = resolveExport(await loadProject(this.#cwd, env), RULE, this.stage);
    const secrets = createSecretStore({ fetch: async (name) => env[name.replace('env:', '')] ?? '' });
    const place = { client: this.#dynamo, table: ledgerTable(this.stage) };
    const instance = await openInstance(bundle, secrets, this.clock, place);
    this.#instances.push(instance);
    return async (event) => {
      const told = await handleExport(event, {
        bundle,
        secrets,
        clock: this.clock,
        journal: { run: () => undefined, note: () => undefined },
        requestId: randomUUID(),
        deadline: this.clock() + 600_000,
        instance: async () => instance,
      });
      return 'runs' in told ? told.runs : [];
    };
  }

  /** An event of the store. One that fails is not told again: whoever runs the object next goes on with it. */
  async event(fn: (event: object) => Promise<readonly RunRecord[]>, key: string): Promise<void> {
    const s3 = { bucket: { name: this.bucket }, object: { key, size: 1, eTag: 'e' } };
    const event = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] };
    await fn(event).catch(() => undefined);
  }

  /**
   * `sluice …` of the rule. Functions are invoked in this process.
   *
   * @param interruptAt Ctrl-C comes when so many invocations have begun
   */
  async sluice(
    line: readonly string[],
    interruptAt = Number.POSITIVE_INFINITY,
  ): Promise<Said & { readonly invoked: number }> {
    const fn = await this.function();
    let invoked = 0;
    let interrupt = () => {};
    const [command = '', ...rest] = line;
    const said = await sluice([command, RULE, ...rest, '--stage', this.stage, '--json'], {
      cwd: this.#cwd,
      env: this.#credentials,
      clock: this.clock,
      onInterrupt: (handler) => {
        interrupt = handler;
        return () => undefined;
      },
      aws: {
        standstill: async (bundle, secrets, table) => ({
          ...standstillOf(bundle, secrets, table, this.#dynamo),
          close: () => undefined,
        }),
        functions: async () => ({
          ...functionsOf([DEPLOYED]),
          invoke: async (_, order) => {
            if (++invoked === interruptAt) interrupt();
            return { runs: await fn(order) };
          },
        }),
      },
    });
    return { ...said, invoked };
  }

  /** What DynamoDB's time to live, or the kafka ledger's sweep, has removed by now. */
  async sweep(): Promise<number> {
    if (this.#ledger === 'dynamodb') return this.#expire();
    const directory = createGroupDirectory(plaintext(this.#kafka.brokers), this.topic);
    try {
      const scope = { stage: this.stage, rule: RULE };
      return (await sweep(directory, scope, 86_400_000, this.clock())).removed;
    } finally {
      await directory.close();
    }
  }

  /** As DynamoDB does by itself, within two days. */
  async #expire(): Promise<number> {
    const TableName = ledgerTable(this.stage);
    const { Items = [] } = await this.#dynamo.send(new ScanCommand({ TableName }));
    const now = this.clock() / 1000;
    const old = Items.filter((item) => Number(item[TIME_TO_LIVE.AttributeName]?.N ?? Number.POSITIVE_INFINITY) < now);
    for (const item of old) {
      const key = item[PARTITION_KEY];
      if (key !== undefined)
        await this.#dynamo.send(new DeleteItemCommand({ TableName, Key: { [PARTITION_KEY]: key } }));
    }
    return old.length;
  }

  /** What a read_committed reader sees. */
  async values(): Promise<string[]> {
    const values: string[] = [];
    await consumeAll(plaintext(this.#kafka.brokers), this.topic, ({ value }) => values.push(String(value)));
    return values.sort();
  }
}
