/**
 * `npm run bench`: how fast Sluice reads, selects and sends, and beside it, in the same run, the same job done with
 * csv-parse and kafkajs. Each way has a process of its own, bundled as the function is, and a warm-up; they run one after
 * the other, so that none slows another, and the best of up to three short runs counts. It fails if two ways do not give the same rows.
 *
 *     npm run bench [-- --quick]
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { accessLogBytes } from '../local/access-log.ts';
import { PROJECT } from '../local/project.ts';
import { Stack, StackFailure } from '../local/stack.ts';
import { CALL, type Job, type Outcome, queryOf, type Rows } from './whole/job.ts';

/** About 310 bytes each. */
const ROWS = { whole: 300_000, quick: 130_000, warmUp: 30_000 };
/** Shares of the rows by the least status that the query asks for. */
const MATCHES = [
  { match: '5 %', least: 502 },
  { match: '100 %', least: 100 },
];

const say = (text: string) => process.stderr.write(`${text}\n`);

interface Line {
  readonly group: string;
  readonly way: string;
  readonly outcome: Outcome;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
  const rows = values.quick ? ROWS.quick : ROWS.whole;
  // Whoever loses patience leaves no file and no server behind.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { signal } = stop;
  const stack = new Stack();
  const { endpoints, started } = await stack.up(['kafka'], (text, part) => say(`${part ?? 'stack'} ${text}`));
  const scratch = await mkdtemp(path.join(tmpdir(), 'sluice-bench-'));
  try {
    const child = path.join(scratch, 'child.cjs');
    await bundle(child);
    const [file, warmUp] = [path.join(scratch, 'access.csv'), path.join(scratch, 'warm-up.csv')];
    await pipeline(accessLogBytes(rows), createWriteStream(file), { signal });
    await pipeline(accessLogBytes(ROWS.warmUp, 2), createWriteStream(warmUp), { signal });
    const { size } = await stat(file);
    printHead(rows, size);
    const lines: Line[] = [];
    for (const { group, job } of jobs(file, endpoints.kafka?.brokers ?? [])) {
      say(`${group}: ${job.way}`);
      const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify({ job, warmUp })], {
        signal,
      });
      lines.push({ group, way: job.way, outcome: JSON.parse(stdout) as Outcome });
    }
    return printTable(lines, rows, size);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    // What was up before stays up.
    if (started.length > 0) await stack.down(started);
  }
}

function bundle(outfile: string): Promise<unknown> {
  return build({
    entryPoints: [path.join(PROJECT, 'bench', 'whole', 'child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
}

/** The first way of each group is the one that the others are compared with. */
function* jobs(file: string, brokers: readonly string[]): Generator<{ readonly group: string; readonly job: Job }> {
  for (const { match, least } of MATCHES) {
    const group = `preview, ${match} match`;
    for (const way of ['sluice preview', 'csv-parse']) yield { group, job: { way, file, least } };
  }
  for (const compression of ['none', 'gzip'] as const) {
    for (const { match, least } of MATCHES) {
      const group = `export, ${match} match, ${compression}`;
      const kafka = { brokers, topic: '', compression };
      for (const way of ['sluice export', 'csv-parse + kafkajs', 'kafkajs alone'])
        yield { group, job: { way, file, least, kafka } };
    }
  }
}

function printHead(rows: number, size: number): void {
  console.log(`An access log of ${rows.toLocaleString('en-US')} rows in 23 columns, ${mb(size)} MB; Node ${process.version}.

  query                ${queryOf(MATCHES[0]?.least ?? 0)}
                       (5 % match; for 100 % match: status >= ${MATCHES[1]?.least})
  sluice preview       the engine over the file in chunks of 1 MiB, rows as JSON
  csv-parse            createReadStream (1 MiB) → parse({ columns: true }) → filter → JSON.stringify
  sluice export        the run of a rule over the file, without a rate; at least once, idempotent, acks all, provenance headers
  csv-parse + kafkajs  the same rows as csv-parse's, ${CALL} a send, acks all, default partitioner, no headers
  kafkajs alone        the same, its values made before the clock starts; its MB/s and rows/s are of the file they came from
  every topic          6 partitions, 1 replica, on the local broker
`);
}

function printTable(lines: readonly Line[], rows: number, size: number): number {
  let failed = 0;
  const table = [['', 'rows/s', 'sent/s', 'MB/s', 'CPU s', 'max RSS MB', 'sluice is']];
  let ours: Line | undefined;
  for (const line of lines) {
    const { group, way, outcome } = line;
    if (ours?.group !== group) {
      ours = line;
      table.push([group]);
    }
    const { rows: found, seconds, cpu, maxRss } = outcome;
    const same = isSame(found, ours.outcome.rows);
    if (!same) failed++;
    const ratio = line === ours ? '' : `${(seconds / ours.outcome.seconds).toFixed(1)}×`;
    table.push([
      `  ${way}`,
      thousands(rows / seconds),
      group.startsWith('export') ? thousands(found.count / seconds) : '',
      mb(size / seconds),
      cpu.toFixed(1),
      mb(maxRss),
      same ? ratio : 'OTHER ROWS',
    ]);
  }
  const widths = table[0]!.map((_, i) =>
    Math.max(...table.filter((row) => row.length > 1).map((row) => row[i]!.length)),
  );
  for (const row of table) {
    console.log(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]! + 2)))
        .join('')
        .trimEnd(),
    );
  }
  const counts = [...new Set(lines.map(({ outcome }) => outcome.rows.count))];
  console.log(
    failed === 0
      ? `\nAll ways gave the same rows (${counts.map((count) => count.toLocaleString('en-US')).join(' and ')}).`
      : `\n${failed} ways gave other rows than sluice.`,
  );
  return failed === 0 ? 0 : 1;
}

const isSame = (a: Rows, b: Rows) => a.count === b.count && a.sum === b.sum;
const mb = (bytes: number) => Math.round(bytes / 1e6).toString();
const thousands = (value: number) => `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}k`;

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 2;
    if (error instanceof Error && error.name === 'AbortError') return;
    console.error(error instanceof StackFailure ? `${error.message}\n${error.fix}` : error);
  },
);
