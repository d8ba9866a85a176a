/** What a campaign runs on: a bucket, a table, two topics, and the rules over them. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { TABLE } from '../../lib/ledger/dynamodb/table.ts';
import { type ExportBundle, type ExportRule, readProject, resolveExport } from '../../lib/rule/index.ts';
import type { AwsEndpoint } from '../../local/endpoints.ts';
import { plaintext } from '../support/kafka.ts';
import { BATCH, contentOf, type Kind } from './object.ts';
import type { LedgerKind } from './points.ts';

export const PARTITIONS = 3;

export interface Servers {
  readonly brokers: readonly string[];
  readonly aws: AwsEndpoint;
}

export interface RuleChoice extends Pick<Kind, 'keyed'> {
  readonly ledger: LedgerKind;
  readonly onError: 'retain' | 'discard' | 'letters';
  /** Of a store that is not the ground's own. */
  readonly endpoint?: string;
}

export class Ground {
  readonly name = `fault-${randomUUID()}`;
  readonly topic = this.name;
  readonly deadTopic = `${this.name}.dead`;
  readonly servers: Servers;
  readonly #s3: S3Client;
  readonly #dynamo: DynamoDBClient;
  readonly #keys: string[] = [];

  constructor(servers: Servers) {
    const { url: endpoint, region, accessKeyId, secretAccessKey } = servers.aws;
    const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    this.servers = servers;
    this.#s3 = new S3Client({ ...settings, forcePathStyle: true });
    this.#dynamo = new DynamoDBClient(settings);
  }

  async open(): Promise<void> {
    await this.#dynamo.send(new CreateTableCommand({ TableName: this.name, ...TABLE }));
    await waitUntilTableExists({ client: this.#dynamo, maxWaitTime: 30 }, { TableName: this.name });
    await this.#s3.send(new CreateBucketCommand({ Bucket: this.name }));
    await this.#withAdmin(async (admin) => {
      await admin.createTopic(this.topic, PARTITIONS);
      await admin.createTopic(this.deadTopic, PARTITIONS);
    });
  }

  async close(): Promise<void> {
    await this.#withAdmin(async (admin) => {
      await admin.deleteTopic(this.topic);
      await admin.deleteTopic(this.deadTopic);
    });
    for (const Key of this.#keys) await this.#s3.send(new DeleteObjectCommand({ Bucket: this.name, Key }));
    await this.#s3.send(new DeleteBucketCommand({ Bucket: this.name }));
    await this.#dynamo.send(new DeleteTableCommand({ TableName: this.name }));
    this.#s3.destroy();
    this.#dynamo.destroy();
  }

  async put(kind: Kind): Promise<string> {
    const key = `${kind.compression}-${this.#keys.length}.csv`;
    this.#keys.push(key);
    const Body = contentOf(kind);
    await this.#s3.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body, ContentLength: Body.length }));
    return key;
  }

  rule({ ledger, keyed, onError, endpoint }: RuleChoice): ExportBundle & { readonly rule: ExportRule } {
    const { url, region } = this.servers.aws;
    const rule = {
      kind: 'export',
      name: `fault-${ledger}`,
      source: {
        bucket: this.name,
        format: 'csv',
        csv: { header: 'use' },
        compression: 'auto',
        trigger: 'none',
        endpoint: endpoint ?? url,
        region,
        forcePathStyle: true,
        secret: 'store',
      },
      select: 'SELECT s.id, CAST(s.n AS INT) AS n FROM S3Object s',
      kafka: { connection: 'main', topic: this.topic, ledger, ...(keyed ? { key: 'n' } : {}) },
      onError: onError === 'letters' ? { deadLetter: { topic: this.deadTopic } } : onError,
      // Never waits.
      rate: { records: BATCH, burst: 10_000_000, instances: 1 },
    };
    const connections = { kafka: { main: { brokers: this.servers.brokers } } };
    // JSON is YAML.
    const project = readProject(
      {
        rules: [{ path: 'rules/fault.yml', text: JSON.stringify(rule) }],
        connections: { path: 'connections.yml', text: JSON.stringify(connections) },
      },
      {},
    );
    return resolveExport(project, rule.name, 'test').bundle;
  }

  async #withAdmin(work: (admin: Awaited<ReturnType<typeof openAdmin>>) => Promise<void>): Promise<void> {
    const admin = await openAdmin(plaintext(this.servers.brokers));
    try {
      await work(admin);
    } finally {
      await admin.close();
    }
  }
}
