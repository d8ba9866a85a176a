/** The first half of the demo: an object in the bucket, the run of the deployed function, the records in Kafka. */
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { cloudWatchRunLogs } from '../lib/cli/aws/run-logs.ts';
import { cloudFormationStacks } from '../lib/cli/aws/stacks.ts';
import { openAdmin } from '../lib/kafka/admin.ts';
import type { KafkaEndpoint } from '../lib/kafka/contract.ts';
import { consumeAll } from '../lib/kafka/reading.ts';
import type { RunRecord } from '../lib/telemetry/run-record.ts';
import { mib, number, say } from './demo-text.ts';
import { StackFailure } from './part.ts';

export const EXPORT = 'errors-to-kafka';
export const TOPIC = 'errors';
const BUCKET = 'my-logs-local';
/** The one that the samples in events/ name: they can be tried by hand afterwards. */
export const KEY = 'access/2026/11/20/access.csv.gz';
/** The function's run takes seconds; after so long something is wrong. */
const RUN_WITHIN_MS = 120_000;

/** Those that are there stay as they are. */
export async function makeTopics(kafka: KafkaEndpoint, topics: Readonly<Record<string, number>>): Promise<void> {
  const admin = await openAdmin(kafka);
  try {
    const existing = await admin.topics();
    for (const [topic, partitions] of Object.entries(topics))
      if (!existing.includes(topic)) await admin.createTopic(topic, partitions);
  } finally {
    await admin.close();
  }
}

/** A bucket outlives the stack that made it, and no other can make it again. Throws StackFailure before that is tried. */
export async function requireNoStrayBucket(): Promise<void> {
  const s3 = new S3Client({ forcePathStyle: true });
  try {
    const isThere = await s3.send(new HeadBucketCommand({ Bucket: BUCKET })).then(
      () => true,
      () => false,
    );
    const stack = isThere ? await cloudFormationStacks().describe('sluice-local') : undefined;
    if (!isThere || (stack?.functions.size ?? 0) > 0) return;
    throw new StackFailure(
      `The bucket ${BUCKET} is there, of a stack that was removed: it cannot be made again.`,
      `Delete it with what is in it: aws s3 rb s3://${BUCKET} --force (with AWS_ENDPOINT_URL set), or begin anew: npm run stack -- down`,
    );
  } finally {
    s3.destroy();
  }
}

/** Puts the file into the bucket and waits for what the function tells of it. */
export async function exported(file: string, size: number): Promise<RunRecord> {
  say(`puts it, ${mib(size)}, into s3://${BUCKET}/${KEY}`);
  const since = Date.now();
  await putObject(file, size);
  say('waits for the run that the bucket’s event begins');
  const logs = cloudWatchRunLogs();
  for (let waited = 0; waited < RUN_WITHIN_MS; waited = Date.now() - since) {
    for await (const { run } of logs.since(`${EXPORT}-local`, since - 1000))
      if (run.key === KEY && Date.parse(run.startedAt) >= since && run.result !== 'continued') return run;
    await sleep(500);
  }
  throw new StackFailure(
    `no run over ${KEY} was told of within ${RUN_WITHIN_MS / 1000} s`,
    `Keep the stack (npm run demo -- --keep) and see: npx sluice logs ${EXPORT} --stage local`,
  );
}

async function putObject(file: string, size: number): Promise<void> {
  const s3 = new S3Client({ forcePathStyle: true });
  try {
    const Body = createReadStream(file);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body, ContentLength: size }));
  } finally {
    s3.destroy();
  }
}

/** The values of the topic that came since then, as a reader of what is committed gets them. */
export async function committedValues(kafka: KafkaEndpoint, since: number): Promise<readonly string[]> {
  const found: string[] = [];
  await consumeAll(kafka, TOPIC, ({ timestamp, value }) => {
    if (timestamp >= since) found.push(value?.toString() ?? '');
  });
  return found;
}

export function printRun(record: RunRecord): void {
  const seconds = record.durationMs / 1000;
  const throttled = record.throttledMs / 1000;
  const rate = Math.round(record.sent / seconds);
  const lines = [
    ['result', record.result],
    [
      'scanned',
      `${number(record.scanned)} rows, ${mib(record.bytesIn)} of CSV from ${mib(record.bytesStored)} of gzip`,
    ],
    ['matched', number(record.matched)],
    ['delivered', `${number(record.sent)}, of them to dead letters ${record.deadLettered}`],
    ['time', `${seconds.toFixed(1)} s, of which ${throttled.toFixed(1)} s waiting for the rate`],
    ['rate', `${number(rate)} records/s (the rule allows 5,000/s after a burst of 10,000)`],
  ] as const;
  for (const [name, value] of lines) say(`  ${name.padEnd(10)} ${value}`, 'run');
  if (record.error !== undefined) say(`  ${record.error.code}: ${record.error.reason}`, 'run');
}
