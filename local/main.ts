/** `npm run stack -- up | down | status`. */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { environmentOf } from './endpoints.ts';
import { isPartName, PART_NAMES, type PartName, type Report, StackFailure } from './part.ts';
import { Stack } from './stack.ts';
import { statusTable } from './status-table.ts';

const USAGE = `Usage: npm run stack -- <up | down | status> [--only ${PART_NAMES.join(',')}] [--json]

  up       starts Kafka, an AWS endpoint, PostgreSQL and Redis on 127.0.0.1, or finds them running
  down     ends them and removes their data
  status   shows what runs, and where

Examples
  npm run stack -- up --only kafka,aws
  npm run stack -- status --json
  SLUICE_PORT_SHIFT=1000 npm run stack -- up      every port 1000 higher

A server of yours is used in place of a part where KAFKA_BROKERS, AWS_ENDPOINT_URL, LOCALSTACK_URL,
POSTGRES_URL, REDIS_URL or TDENGINE_URL names it.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command] = positionals;
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const parts = values.only === undefined ? undefined : partsOf(values.only);
  const stack = new Stack();
  const report = progress();
  if (command === 'up') {
    const { endpoints } = await stack.up(parts, report);
    if (values.json) return console.log(JSON.stringify(endpoints, undefined, 2));
    console.log('\nIn your shell, so that the rules and the AWS CLI find it:');
    for (const [name, value] of Object.entries(environmentOf(endpoints)))
      console.log(`  export ${name}=${quoted(value)}`);
  } else if (command === 'down') {
    const ended = await stack.down(parts, report);
    if (ended.length === 0) report('nothing was running');
  } else if (command === 'status') {
    const status = await stack.status();
    console.log(values.json ? JSON.stringify(status, undefined, 2) : statusTable(status));
  } else {
    throw new StackFailure(command === undefined ? 'No command.' : `There is no command "${command}".`, USAGE);
  }
}

/** As a shell takes it. */
function quoted(value: string): string {
  return /^[\w.,:/@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function partsOf(list: string): PartName[] {
  return list.split(',').map((name) => {
    const part = name.trim();
    if (isPartName(part)) return part;
    throw new StackFailure(`There is no part "${part}".`, `Parts: ${PART_NAMES.join(', ')}.`);
  });
}

/** On standard error, so that --json leaves a clean standard output. */
function progress(): Report {
  const began = performance.now();
  return (text, part) => {
    const elapsed = `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
    console.error(`${pc.dim(elapsed)}  ${pc.bold((part ?? 'stack').padEnd(10))}  ${text}`);
  };
}

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', () => process.exit());

main().catch((error: unknown) => {
  console.error(error instanceof StackFailure ? `${pc.red(error.message)}\n${error.fix}` : error);
  process.exitCode = 1;
});
