/**
 * `npm run demo`: the main job from end to end on real parts. An access log lands in a bucket, the deployed function runs
 * its rule over it, and the records are read back from Kafka and compared with an independent count of the file.
 */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pc from 'picocolors';
import { cloudWatchRunLogs } from '../lib/cli/aws/run-logs.ts';
import { SluiceError } from '../lib/failure/index.ts';
import { openAdmin } from '../lib/kafka/admin.ts';
import { consumeAll } from '../lib/kafka/reading.ts';
import type { RunRecord } from '../lib/telemetry/run-record.ts';
import { expectedValues, writeAccessLog } from './demo-data.ts';
import { type Comparison, compare, isExact } from './demo-report.ts';
import { type Endpoints, functionEnvironmentOf } from './endpoints.ts';
import { PROJECT } from './project.ts';
import { Stack, StackFailure } from './stack.ts';

const ROWS = 200_000;
/** Another log each time: an object that was exported before is left alone. */
const SEED = Math.floor(Date.now() / 1000);
const RULE = 'errors-to-kafka';
const STAGE = 'local';
const BUCKET = 'my-logs-local';
const TOPIC = 'errors';
/** The one that the samples in events/ name: they can be tried by hand afterwards. */
const KEY = 'access/2026/11/20/access.csv.gz';
/** The function's run takes seconds; after so long something is wrong. */
const RUN_WITHIN_MS = 120_000;

const began = performance.now();

function say(text: string, part = 'demo'): void {
  const elapsed = `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${pc.dim(elapsed)}  ${pc.bold(part.padEnd(10))}  ${text}`);
}

const number = (value: number) => value.toLocaleString('en-US');
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(
      'Usage: npm run demo [-- --keep]\n\n  --keep   leaves the stack and the deployed function for a look around',
    );
    return 0;
  }
  // The lock file pins the SDK: that later releases want a later Node is no news for who looks at a demo.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const stack = new Stack();
  const scratch = await mkdtemp(path.join(tmpdir(), 'sluice-demo-'));
  const { endpoints, started } = await stack.up(['kafka', 'aws', 'redis'], (text, part) => say(text, part));
  let verdict: Verdict;
  try {
    Object.assign(process.env, functionEnvironmentOf(endpoints));
    verdict = await demonstrate(endpoints, scratch, values.keep === true || started.length === 0);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    if (values.keep !== true && started.length > 0) await stack.down(started, (text, part) => say(text, part));
  }
  console.log(`\n${verdict.line}`);
  return verdict.exact ? 0 : 1;
}

interface Verdict {
  readonly exact: boolean;
  readonly line: string;
}

async function demonstrate(endpoints: Endpoints, scratch: string, stays: boolean): Promise<Verdict> {
  await makeTopics(endpoints);
  say(`deploys rules/${RULE}.yml as the function ${RULE}-${STAGE}: serverless deploy --stage ${STAGE}`);
  await serverless('deploy', '--stage', STAGE);

  const file = path.join(scratch, 'access.csv.gz');
  say(`writes an access log of ${number(ROWS)} rows, seed ${SEED}`);
  const size = await writeAccessLog(file, ROWS, SEED);
  const expected = await expectedValues(file);
  say(
    `counted by csv-parse: ${number(expected.rows)} rows, ${number(expected.values.length)} with a status of 500 or above`,
  );

  say(`puts it, ${mib(size)}, into s3://${BUCKET}/${KEY}`);
  const since = Date.now();
  await putObject(file, size);
  const record = await finishedRun(since);
  printRun(record);

  const found: string[] = [];
  await consumeAll(kafka(endpoints), TOPIC, ({ timestamp, value }) => {
    if (timestamp >= since) found.push(value?.toString() ?? '');
  });
  const comparison = compare(expected.values, found);
  const exact = isExact(comparison) && record.result === 'done' && record.scanned === expected.rows;
  if (stays) printNext();
  return { exact, line: verdictLine(exact, record, comparison) };
}

const kafka = (endpoints: Endpoints) => ({
  brokers: endpoints.kafka?.brokers ?? [],
  clientId: 'sluice-demo',
  auth: { mechanism: 'none' as const },
});

async function makeTopics(endpoints: Endpoints): Promise<void> {
  const admin = await openAdmin(kafka(endpoints));
  try {
    const existing = await admin.topics();
    for (const [topic, partitions] of [
      [TOPIC, 6],
      [`${TOPIC}.dead`, 1],
    ] as const) {
      if (!existing.includes(topic)) await admin.createTopic(topic, partitions);
    }
    say(`topics ${TOPIC} (6 partitions) and ${TOPIC}.dead are there`, 'kafka');
  } finally {
    await admin.close();
  }
}

/** Runs the Serverless Framework of this project; what it prints is shown only if it fails. */
async function serverless(...args: string[]): Promise<void> {
  const child = spawn(path.join(PROJECT, 'node_modules/.bin/serverless'), args, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new StackFailure(`serverless ${args.join(' ')} failed:\n${output}`, 'See what it says above.');
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

/** The record of the run over the object, once the function has written it. */
async function finishedRun(since: number): Promise<RunRecord> {
  say('waits for the run that the bucket’s event begins');
  const logs = cloudWatchRunLogs();
  for (let waited = 0; waited < RUN_WITHIN_MS; waited = Date.now() - since) {
    for await (const { run } of logs.since(`${RULE}-${STAGE}`, since - 1000))
      if (run.key === KEY && Date.parse(run.startedAt) >= since) return run;
    await sleep(500);
  }
  throw new StackFailure(
    `no run over ${KEY} was told of within ${RUN_WITHIN_MS / 1000} s`,
    `Keep the stack (npm run demo -- --keep) and see: npx sluice logs ${RULE} --stage ${STAGE}`,
  );
}

function printRun(record: RunRecord): void {
  const seconds = record.durationMs / 1000;
  const throttled = record.throttledMs / 1000;
  const lines = [
    ['result', record.result],
    [
      'scanned',
      `${number(record.scanned)} rows, ${mib(record.bytesIn)} of CSV from ${mib(record.bytesStored)} of gzip`,
    ],
    ['matched', number(record.matched)],
    ['delivered', `${number(record.sent)}, of them to dead letters ${record.deadLettered}`],
    ['time', `${seconds.toFixed(1)} s, of which ${throttled.toFixed(1)} s waiting for the rate`],
    [
      'rate',
      `${number(Math.round(record.sent / seconds))} records/s (the rule allows 5,000/s after a burst of 10,000)`,
    ],
  ];
  for (const [name, value] of lines) say(`  ${name?.padEnd(10)} ${value}`, 'run');
  if (record.error !== undefined) say(`  ${record.error.code}: ${record.error.reason}`, 'run');
}

function printNext(): void {
  const cli = (text: string) => `  npx sluice ${text} --stage ${STAGE}`;
  console.log('\nThe stack stays up. To look further (npm run stack -- status prints the environment to export):');
  const invoke = `  npx serverless invoke local --stage ${STAGE} -f ${RULE} -p events/s3.json`;
  const lines = [cli('list'), cli(`logs ${RULE}`), cli(`trigger ${RULE} ${KEY}`), invoke, '  npm run stack -- down'];
  for (const line of lines) {
    console.log(line);
  }
}

function verdictLine(exact: boolean, { scanned, matched }: RunRecord, comparison: Comparison): string {
  const { found, expected, missing, doubled, unexpected } = comparison;
  const counts = `scanned ${number(scanned)}, matched ${number(matched)}, delivered ${number(found)}`;
  const verdict = exact
    ? `equal to the independent count of ${number(expected)}`
    : `the independent count expects ${number(expected)}: ${missing} missing, ${doubled} twice, ${unexpected} unexpected`;
  return `${exact ? pc.green('exact') : pc.red('not exact')}: ${counts}; ${verdict}.`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const told = error instanceof StackFailure || error instanceof SluiceError;
    console.error(told ? `${pc.red(error.message)}\n${error.fix ?? ''}` : error);
    process.exitCode = 1;
  },
);
