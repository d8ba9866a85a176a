import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type ExportInstance, openInstance } from '../../lib/export/instance.ts';
import type { LedgerPlace } from '../../lib/export/ledger.ts';
import type { ExactPorts, ExportPorts } from '../../lib/export/plan.ts';
import { exportObject } from '../../lib/export/run.ts';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import { type ExportBundle, readProject, resolveExport } from '../../lib/rule/index.ts';
import { createSecretStore, type SecretStore } from '../../lib/secret/index.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { AwsEndpoint, KafkaEndpoint } from '../../local/endpoints.ts';
import { plaintext } from './kafka.ts';

/** What of a rule differs from the usual one. */
export interface RuleParts {
  readonly source?: Readonly<Record<string, unknown>>;
  readonly select?: string;
  readonly kafka?: Readonly<Record<string, unknown>>;
  readonly onError?: unknown;
  readonly rate?: Readonly<Record<string, unknown>>;
  /** The Kafka connection. Default: the broker's plain listener. */
  readonly connection?: Readonly<Record<string, unknown>>;
  /** By name, as `secret: NAME` asks for them. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface Exported {
  readonly record: RunRecord;
  /** What of the object is in the topic, in the order of the topic. */
  readonly values: readonly string[];
  /** Where each value's record began in the object, as its header says. */
  readonly offsets: readonly number[];
}

export interface Letter {
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Rules run as their functions run them, on a bucket and a topic of one test file. The topic has one partition, so that order shows. */
export class Exporting {
  readonly bucket = `export-${randomUUID()}`;
  readonly topic = `export-${randomUUID()}`;
  readonly deadTopic = `${this.topic}.dead`;
  readonly #aws: AwsEndpoint;
  readonly #kafka: KafkaEndpoint;
  readonly #client: S3Client;
  #admin: KafkaAdmin | undefined;

  constructor(aws: AwsEndpoint, kafka: KafkaEndpoint) {
    this.#aws = aws;
    this.#kafka = kafka;
    const { url, region, accessKeyId, secretAccessKey } = aws;
    const credentials = { accessKeyId, secretAccessKey };
    this.#client = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
  }

  async open(): Promise<void> {
    this.#admin = await openAdmin(plaintext(this.#kafka.brokers));
    await this.#admin.createTopic(this.topic, 1);
    await this.#admin.createTopic(this.deadTopic, 1);
    await this.#client.send(new CreateBucketCommand({ Bucket: this.bucket }));
  }

  async close(): Promise<void> {
    await this.#admin?.deleteTopic(this.topic);
    await this.#admin?.deleteTopic(this.deadTopic);
    await this.#admin?.close();
    this.#client.destroy();
  }

  /** The rule's connections, opened as a function opens them. */
  async instance(parts: RuleParts = {}): Promise<ExportInstance<ExportPorts>> {
    const { ports, ...instance } = await this.#open(parts, 'at-least-once');
    if ('ledger' in ports) throw new TypeError('the rule is exactly-once');
    return { ...instance, ports };
  }

  /** The same over a ledger. */
  async exactInstance(parts: RuleParts, clock: () => number, place: LedgerPlace): Promise<ExportInstance<ExactPorts>> {
    const { ports, ...instance } = await this.#open(parts, 'exactly-once', clock, place);
    if (!('ledger' in ports)) throw new TypeError('the rule is at-least-once');
    return { ...instance, ports };
  }

  #open(parts: RuleParts, delivery: string, clock?: () => number, place?: LedgerPlace): Promise<ExportInstance> {
    const { bundle, secrets } = this.rule(parts, delivery);
    return openInstance(bundle, secrets, clock, place);
  }

  rule(parts: RuleParts, delivery: string): { readonly bundle: ExportBundle; readonly secrets: SecretStore } {
    const { url, region, accessKeyId, secretAccessKey } = this.#aws;
    const rule = {
      kind: 'export',
      name: 'bad-input',
      source: {
        bucket: this.bucket,
        format: 'csv',
        trigger: 'none',
        ...((parts.source?.['format'] ?? 'csv') === 'csv' ? { csv: { header: 'use' } } : {}),
        endpoint: url,
        region,
        forcePathStyle: true,
        secret: 'store',
        ...parts.source,
      },
      select: parts.select ?? 'SELECT s.id, s.name FROM S3Object s',
      kafka: { connection: 'main', topic: this.topic, delivery, ...parts.kafka },
      onError: parts.onError ?? 'retain',
      ...(parts.rate === undefined ? {} : { rate: parts.rate }),
    };
    const connections = { kafka: { main: parts.connection ?? { brokers: this.#kafka.brokers } } };
    // JSON is YAML.
    const project = readProject(
      {
        rules: [{ path: 'rules/bad-input.yml', text: JSON.stringify(rule) }],
        connections: { path: 'connections.yml', text: JSON.stringify(connections) },
      },
      {},
    );
    const known: Readonly<Record<string, string>> = {
      store: JSON.stringify({ accessKeyId, secretAccessKey }),
      ...parts.secrets,
    };
    const secrets = createSecretStore({ fetch: async (name) => known[name] ?? '' });
    return { bundle: resolveExport(project, rule.name, 'test').bundle, secrets };
  }

  async put(content: string | Uint8Array): Promise<string> {
    const key = `${randomUUID()}.csv`;
    const Body = Buffer.from(content);
    await this.#client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body, ContentLength: Body.length }));
    return key;
  }

  /** Another object in the place of one that was put. */
  async replace(Key: string, content: string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.bucket, Key, Body: content }));
  }

  /** Puts an object, takes it through the rule, and reads back what is in Kafka. */
  async run(content: string | Uint8Array, parts: RuleParts = {}): Promise<Exported> {
    const key = await this.put(content);
    const instance = await this.instance(parts);
    try {
      return await this.export(key, instance);
    } finally {
      await instance.close();
    }
  }

  async export(key: string, { plan, ports }: ExportInstance, withinMs = 60_000): Promise<Exported> {
    const ref = { bucket: this.bucket, key };
    const request = { ref, trigger: 'manual', run: randomUUID(), deadline: Date.now() + withinMs };
    const record = await exportObject(plan, ports, request);
    const values: string[] = [];
    const offsets: number[] = [];
    await consumeAll(plaintext(this.#kafka.brokers), this.topic, ({ headers, value }) => {
      if (String(headers['sluice-key']) !== key) return;
      values.push(String(value));
      offsets.push(Number(headers['sluice-offset']));
    });
    return { record, values, offsets };
  }

  /** The dead letters of an object. */
  async letters(key: string): Promise<readonly Letter[]> {
    const letters: Letter[] = [];
    await consumeAll(plaintext(this.#kafka.brokers), this.deadTopic, ({ headers, value }) => {
      if (String(headers['sluice-key']) !== key) return;
      const told = Object.entries(headers).map(([name, text]) => [name.replace('sluice-', ''), String(text)]);
      letters.push({ value: String(value), headers: Object.fromEntries(told) });
    });
    return letters;
  }
}
