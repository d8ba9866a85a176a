/** What a test does with functions that are deployed: puts objects, waits for their runs, reads what came out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { cloudWatchRunLogs } from '../../lib/cli/aws/run-logs.ts';
import { openAdmin } from '../../lib/kafka/admin.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { accessLog } from '../../local/access-log.ts';
import type { AwsEndpoint } from '../../local/endpoints.ts';

/** A gzipped access log; each seed gives another one. */
export function accessLogObject(rows: number, seed: number): Buffer {
  return gzipSync(Buffer.from([...accessLog(rows, seed)].join('')));
}

/** What the example rule should give for it, found without any of Sluice: another CSV parser, and the query as code. */
export function expectedOf(object: Buffer): { readonly scanned: number; readonly values: readonly string[] } {
  const rows = parse(gunzipSync(object), { columns: true }) as Record<'request_id' | 'status' | 'uri', string>[];
  const values = rows
    .filter(({ status }) => Number(status) >= 500)
    .map(({ request_id, status, uri }) => JSON.stringify({ request_id, status: Number(status), uri }));
  return { scanned: rows.length, values: values.sort() };
}

export interface Delivered {
  readonly key: string;
  readonly value: string;
  /** The provenance headers, without `sluice-`. */
  readonly from: Readonly<Record<'bucket' | 'key' | 'version' | 'offset', string>>;
}

export async function delivered(endpoint: KafkaEndpoint, topic: string): Promise<Delivered[]> {
  const records: Delivered[] = [];
  await consumeAll(endpoint, topic, ({ key, value, headers }) => {
    const header = (name: string) => String(headers[`sluice-${name}`]);
    const from = { bucket: header('bucket'), key: header('key'), version: header('version'), offset: header('offset') };
    records.push({ key: String(key), value: String(value), from });
  });
  return records;
}

export const valuesOf = (records: readonly Delivered[]): string[] => records.map(({ value }) => value).sort();

export async function makeTopics(endpoint: KafkaEndpoint, topics: readonly string[]): Promise<void> {
  const admin = await openAdmin(endpoint);
  try {
    for (const topic of topics) await admin.createTopic(topic, 3);
  } finally {
    await admin.close();
  }
}

export async function deleteTopics(endpoint: KafkaEndpoint, topics: readonly string[]): Promise<void> {
  const admin = await openAdmin(endpoint);
  try {
    const existing = await admin.topics();
    for (const topic of topics) if (existing.includes(topic)) await admin.deleteTopic(topic);
  } finally {
    await admin.close();
  }
}

export const clientOptions = ({ url, region, accessKeyId, secretAccessKey }: AwsEndpoint) => ({
  endpoint: url,
  region,
  credentials: { accessKeyId, secretAccessKey },
});

/** The test's own view of AWS; nothing of it goes through the environment of this process. */
export class Aws {
  readonly s3: S3Client;
  readonly #logs: CloudWatchLogsClient;

  constructor(endpoint: AwsEndpoint) {
    const options = clientOptions(endpoint);
    this.s3 = new S3Client({ ...options, forcePathStyle: true });
    this.#logs = new CloudWatchLogsClient(options);
  }

  put(Bucket: string, Key: string, Body: Uint8Array): Promise<PutObjectCommandOutput> {
    return this.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  async runsOf(functionName: string): Promise<RunRecord[]> {
    const runs: RunRecord[] = [];
    for await (const { run } of cloudWatchRunLogs(this.#logs).since(functionName, 0)) runs.push(run);
    return runs;
  }

  /** The function's runs, as soon as there are so many of each of these keys. */
  async runs(functionName: string, keys: readonly string[], withinMs = 60_000): Promise<RunRecord[]> {
    for (const until = Date.now() + withinMs; ; await sleep(200)) {
      const runs = await this.runsOf(functionName);
      const left = [...keys];
      for (const { key } of runs) if (left.includes(key)) left.splice(left.indexOf(key), 1);
      if (left.length === 0) return runs;
      if (Date.now() > until)
        throw new Error(`${functionName} has no run over ${left.join(', ')} after ${withinMs} ms`);
    }
  }

  /** With all that is in it, in every version. A bucket that is not there is all right. */
  async deleteBucket(Bucket: string): Promise<void> {
    try {
      const { Versions = [], DeleteMarkers = [] } = await this.s3.send(new ListObjectVersionsCommand({ Bucket }));
      const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (Objects.length > 0) await this.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      await this.s3.send(new DeleteBucketCommand({ Bucket }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
    }
  }

  close(): void {
    this.s3.destroy();
    this.#logs.destroy();
  }
}
