/**
 * `npm run demo`: the whole way on real parts. An access log lands in a bucket, the deployed function runs its rule over
 * it, the records go on from Kafka into a table, and both are compared with an independent count of the file.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { SluiceError } from '../lib/failure/index.ts';
import { expectedOf, writeAccessLog } from './demo-data.ts';
import {
  committedValues,
  EXPORT,
  exported,
  KEY,
  makeTopics,
  printRun,
  requireNoStrayBucket,
  TOPIC,
} from './demo-export.ts';
import { SINK, sunk } from './demo-postgres.ts';
import { serverless } from './demo-program.ts';
import { compare, countTable, differences } from './demo-report.ts';
import { meters } from './demo-tdengine.ts';
import { number, say } from './demo-text.ts';
import { type Endpoints, environmentOf, functionEnvironmentOf } from './endpoints.ts';
import { Stack, StackFailure } from './stack.ts';

const ROWS = 200_000;
/** Another log each time: an object that was exported before is left alone. */
const SEED = Math.floor(Date.now() / 1000);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(
      'Usage: npm run demo [-- --keep]\n\n  --keep   leaves the stack and the deployed functions for a look around',
    );
    return 0;
  }
  // The lock file pins the SDK: that later releases want a later Node is no news for who looks at a demo.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const stack = new Stack();
  const scratch = await mkdtemp(path.join(tmpdir(), 'sluice-demo-'));
  const { endpoints, started } = await stack.up(undefined, (text, part) => say(text, part));
  const stays = values.keep === true || started.length === 0;
  let wrong: readonly string[];
  try {
    Object.assign(process.env, environmentOf(endpoints));
    wrong = await demonstrate(endpoints, scratch);
    if (stays) printNext();
  } finally {
    await rm(scratch, { recursive: true, force: true });
    if (!stays) await stack.down(started, (text, part) => say(text, part));
  }
  console.log(
    wrong.length === 0
      ? `\n${pc.green('exact')}: what another program counts in the object is in Kafka and in PostgreSQL, each once.`
      : `\n${pc.red('not exact')}: ${wrong.join('; ')}.`,
  );
  return wrong.length === 0 ? 0 : 1;
}

/** Returns what is wrong: nothing, if all is well. */
async function demonstrate(endpoints: Endpoints, scratch: string): Promise<readonly string[]> {
  const kafka = {
    brokers: endpoints.kafka?.brokers ?? [],
    clientId: 'sluice-demo',
    auth: { mechanism: 'none' },
  } as const;
  await makeTopics(kafka, { [TOPIC]: 6, [`${TOPIC}.dead`]: 1 });
  say(`topics ${TOPIC} (6 partitions) and ${TOPIC}.dead are there`, 'kafka');
  await requireNoStrayBucket();
  say('deploys each rule in rules/ as a function: serverless deploy --stage local');
  const file = path.join(scratch, 'access.csv.gz');
  const deployed = serverless(['deploy', '--stage', 'local'], functionEnvironmentOf(endpoints));
  // Told below, when its turn comes.
  deployed.catch(() => undefined);
  const { size, expected } = await madeLog(file);
  await deployed;
  say('the functions are deployed');

  const since = Date.now();
  const record = await exported(file, size);
  printRun(record);
  const found = await committedValues(kafka, since);
  const topic = compare(expected.records, found);
  const table = compare(expected.tableRows, await sunk(endpoints.postgres?.url ?? '', expected.ids));
  const metered = await meters(endpoints.tdengine, kafka);

  const inTopicForTable = found.filter((value) => (JSON.parse(value) as { status: number }).status !== 503).length;
  console.log(`\n${countTable(topic, table, inTopicForTable).join('\n')}`);
  return [
    ...(record.result === 'done' ? [] : [`the run ended ${record.result}`]),
    ...(record.scanned === expected.rows ? [] : [`${record.scanned} of ${expected.rows} rows were scanned`]),
    ...differences('Kafka', topic),
    ...differences('PostgreSQL', table),
    ...(metered === false ? ['TDengine has not one row more for each message'] : []),
  ];
}

async function madeLog(file: string) {
  say(`writes an access log of ${number(ROWS)} rows, seed ${SEED}, meanwhile`);
  const size = await writeAccessLog(file, ROWS, SEED);
  const expected = await expectedOf(file);
  const { rows, records, tableRows } = expected;
  say(
    `counted by csv-parse: ${number(rows)} rows, ${number(records.length)} with a status of 500 or above, ${number(tableRows.length)} of them not 503`,
  );
  return { size, expected };
}

function printNext(): void {
  const cli = (text: string) => `  npx sluice ${text} --stage local`;
  const invoke = (rule: string, event: string) =>
    `  npx serverless invoke local --stage local -f ${rule} -p events/${event}`;
  const lines = [
    '\nThe stack stays up. To look further, in a shell that knows it (npm run stack -- up prints what to export):',
    cli('list'),
    cli(`logs ${EXPORT}`),
    cli(`trigger ${EXPORT} ${KEY}`),
    cli(`check ${SINK}`),
    cli(`preview ${SINK}`),
    invoke(EXPORT, 's3.json'),
    invoke(SINK, 'kafka.json'),
    '  npm run stack -- down',
  ];
  console.log(lines.join('\n'));
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
