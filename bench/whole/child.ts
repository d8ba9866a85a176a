/** One way, in a process of its own: warmed up, then measured, then counted. Prints an Outcome as one line of JSON. */
import { crc32 } from 'node:zlib';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import { withGroups, withTable } from './exactly.ts';
import type { Job, Outcome, Rows } from './job.ts';
import { exporting, kafkaOf, preview, selecting } from './ours.ts';
import { csvParse, csvParseToKafka, kafkaLoop } from './peers.ts';

/** The best of so many runs counts, as long as they take less than LONG seconds together. */
const RUNS = 3;
const LONG = 5;

/** Makes ready what is not measured, and hands back what is. Rows that went to Kafka are counted there. */
const WAYS: Readonly<Record<string, (job: Job) => Promise<() => Promise<Rows | undefined>>>> = {
  'sluice preview': async (job) => () => preview(job),
  'csv-parse': async (job) => () => csvParse(job),
  'select alone': async (job) => () => selecting(job),
  'sluice export': async (job) => () => exporting(job),
  'at least once': async (job) => () => exporting(job),
  'exactly once, ledger: dynamodb': withTable,
  'exactly once, ledger: kafka': async (job) => () => withGroups(job),
  'csv-parse + kafkajs': async (job) => () => csvParseToKafka(job),
  'kafkajs alone': kafkaLoop,
};

function prepared(job: Job): Promise<() => Promise<Rows | undefined>> {
  const prepare = WAYS[job.way];
  if (prepare === undefined) throw new TypeError(`there is no way ${job.way}`);
  return prepare(job);
}

async function main(): Promise<void> {
  const { job, warmUp } = JSON.parse(process.argv[2] ?? '') as { readonly job: Job; readonly warmUp: string };
  await inTopic({ ...job, file: warmUp }, async (short) => (await prepared(short))());
  let best = await measured(job);
  // A short run is at the mercy of whatever else the machine does.
  for (let runs = 1, spent = best.seconds; runs < RUNS && spent < LONG; runs++) {
    const next = await measured(job);
    spent += next.seconds;
    // Memory is told of the first run: between the runs the topic was read back.
    if (next.seconds < best.seconds) best = { ...next, maxRss: best.maxRss };
  }
  process.stdout.write(`${JSON.stringify(best)}\n`);
}

function measured(job: Job): Promise<Outcome> {
  return inTopic(job, async (whole) => {
    const run = await prepared(whole);
    const began = performance.now();
    const before = process.cpuUsage();
    const rows = await run();
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(before);
    const maxRss = process.resourceUsage().maxRSS * 1024;
    return { rows: rows ?? (await delivered(whole)), seconds, cpu: (user + system) / 1e6, maxRss };
  });
}

/** Gives a job that sends a topic that is new and goes again. */
async function inTopic<T>(job: Job, work: (job: Job) => Promise<T>): Promise<T> {
  if (job.kafka === undefined) return work(job);
  const admin = await openAdmin(endpointOf(job));
  const topic = `bench-${Math.random().toString(36).slice(2)}`;
  await admin.createTopic(topic, 6);
  try {
    return await work({ ...job, kafka: { ...job.kafka, topic } });
  } finally {
    await admin.deleteTopic(topic);
    await admin.close();
  }
}

async function delivered(job: Job): Promise<Rows> {
  let sum = 0;
  const count = await consumeAll(endpointOf(job), kafkaOf(job).topic, ({ value }) => {
    sum += crc32(value ?? '');
  });
  return { count, sum };
}

const endpointOf = (job: Job) => ({
  brokers: kafkaOf(job).brokers,
  clientId: 'sluice-bench',
  auth: { mechanism: 'none' as const },
});

void main();
