import { SluiceError } from '../failure/index.ts';
import type { StoppedObject } from '../ledger/contract.ts';
import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import { listRules } from '../rule/index.ts';
import type { RunResult } from '../telemetry/run-record.ts';
import type { LoggedRun, RunLogs } from './aws/ports.ts';
import { chained, type ShownRun } from './chain.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { Exit, usage } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { isRun, resultText, runLines, shortRun } from './run-text.ts';
import { ledgerTableOf } from './stack-name.ts';
import { stoppedTable } from './standstill-text.ts';
import { printable, table } from './table.ts';
import { count, duration, since, timestamp } from './units.ts';

interface LogsOptions {
  readonly failed?: boolean;
  readonly since: string;
  readonly follow?: boolean;
  readonly limit: string;
}

const FAILED: ReadonlySet<RunResult> = new Set(['failed', 'stopped', 'parked']);

/** How often a followed log is asked, and how far back each time: CloudWatch shows lines late and out of order. */
const POLL_MS = 2000;
const LATE_MS = 60_000;

export const logs: CliCommand<LogsOptions> = {
  usage: '<rule> [run]',
  description:
    'Shows the runs of a deployed rule, newest last, as its function logged them in CloudWatch, and the objects that stand still. An object that took several invocations is one run. With a run: all of it, its error and the way out.',
  options: [
    ['--failed', 'only runs that failed or stopped'],
    ['--since <time>', 'how far back: 30m, 12h, 7d, or a date', '24h'],
    ['--limit <n>', 'how many runs, the newest', '20'],
    ['-f, --follow', 'go on with each run as it is told of; with --json one line a run'],
  ],
  examples: [
    ['logs errors-to-kafka', 'the last 20 runs of the last 24 hours'],
    ['logs errors-to-kafka 3f2a91c0', 'one run, whole'],
    ['logs errors-to-kafka --failed --since 7d', 'what went wrong this week'],
    ['logs errors-to-kafka --follow', 'runs as they happen; Ctrl-C ends it'],
  ],
  async run(context, [rule = '', run], options) {
    const from = since(options.since, context.clock());
    if (from === undefined) throw usage(`--since ${options.since} is no time`, 'Give 30m, 12h, 7d or 2026-01-31.');
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1)
      throw usage(`--limit ${options.limit} is no number of runs`, 'Give a number such as 50.');
    await warnUnknown(context, rule);
    const { isSinkLog, sinkLogs } = await import('./sink/logs.ts');
    if (await isSinkLog(context, rule)) {
      const { failed = false, follow: isFollowed = false } = options;
      return sinkLogs(context, rule, { run, from, limit, failed, follow: isFollowed });
    }
    const name = functionName(rule, context.stage);
    const source = await context.aws.runLogs();
    if (run !== undefined) return one(context, source, name, run, from);
    const wanted = ({ run: { result } }: LoggedRun) => options.failed !== true || FAILED.has(result);
    if (options.follow === true) return follow(context, source, name, from, wanted);
    const found: LoggedRun[] = [];
    for await (const logged of source.since(name, from)) found.push(logged);
    const shown = chained(found).filter(wanted).slice(-limit);
    const stopped = await stoppedOf(context, rule);
    answer(context, { rule, stage: context.stage, runs: shown.map((each) => each.run), stopped }, () => [
      ...(shown.length === 0 ? [nothing(name, options)] : runTable(context, shown)),
      ...(stopped.length === 0
        ? []
        : ['', ...stoppedTable(context, stopped), `When it is mended: ${lineFor(context, `resume ${rule}`)}`]),
    ]);
    return Exit.OK;
  },
};

/** A rule that was removed still has its log; a name with a typo has neither. */
async function warnUnknown({ root, env, terminal }: Context, rule: string): Promise<void> {
  const known = listRules(await loadProject(root, env)).some(({ name }) => name === rule);
  if (!known)
    terminal.err(terminal.errColors.yellow(`There is no rule ${rule} in rules/; looking for its log anyway.`));
}

function nothing(name: string, { failed, since: back }: LogsOptions): string {
  return `No ${failed === true ? 'failed ' : ''}run of ${name} since ${back}. Look further back with --since 7d, or run one with sluice trigger.`;
}

function runTable({ terminal }: Context, runs: readonly ShownRun[]): string[] {
  const columns = [
    { title: 'began (UTC)' },
    { title: 'run' },
    { title: 'result' },
    { title: 'object' },
    { title: 'scanned', right: true },
    { title: 'matched', right: true },
    { title: 'sent', right: true },
    { title: 'bad', right: true },
    { title: 'took', right: true },
    { title: 'error' },
  ];
  const rows = runs.map(({ run }) => [
    timestamp(run.startedAt),
    shortRun(run.run),
    resultText(run.result, terminal.colors) + (run.parts === undefined ? '' : ` (${run.parts} parts)`),
    printable(`${run.bucket}/${run.key}`),
    count(run.scanned),
    count(run.matched),
    count(run.sent),
    count(run.failed),
    duration(run.durationMs),
    run.error?.code ?? '',
  ]);
  return table(columns, rows, terminal.columns);
}

async function one(context: Context, source: RunLogs, name: string, asked: string, from: number): Promise<Exit> {
  const found: LoggedRun[] = [];
  for await (const logged of source.since(name, from)) {
    const { run, chain = run } = logged.run;
    if (isRun(run, asked) || isRun(chain, asked)) found.push(logged);
  }
  if (found.length === 0) {
    throw usage(
      `no run ${asked} of ${name} is in the log of that time`,
      'Look further back (--since 7d), or list the runs with sluice logs RULE.',
    );
  }
  const shown = chained(found);
  const { colors } = context.terminal;
  answer(context, shown.length === 1 ? shown[0]?.run : shown.map(({ run }) => run), () =>
    shown.flatMap(({ run }, i) => [
      ...(i > 0 ? [''] : []),
      ...runLines(run, colors),
      ...(run.parts === undefined ? [] : partLines(context, found)),
    ]),
  );
  return Exit.OK;
}

/** A chain's invocations, one a line. */
function partLines({ terminal: { colors } }: Context, found: readonly LoggedRun[]): string[] {
  return found.map(
    ({ run }) =>
      `  ${colors.dim(`part ${run.part ?? 0}`.padEnd(10))} ${timestamp(run.startedAt)} UTC, ${duration(run.durationMs)}, up to byte ${count(run.position)}  ${resultText(run.result, colors)}`,
  );
}

/** What stands still, wherever its run was told of. A rule that is gone, or a ledger that cannot be asked, hides no run. */
async function stoppedOf(context: Context, rule: string): Promise<readonly StoppedObject[]> {
  try {
    const { bundle, secrets } = await exportRule(context, rule);
    const standstill = await context.aws.standstill(bundle, secrets, await ledgerTableOf(context));
    try {
      const stopped: StoppedObject[] = [];
      for await (const each of standstill.stopped()) stopped.push(each);
      return stopped;
    } finally {
      standstill.close();
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const silent = error.stage === 'rule' || error.code === 'LedgerMissing';
    if (!silent) context.terminal.err(`What stands still is not known: ${error.message}`);
    return [];
  }
}

async function follow(
  context: Context,
  source: RunLogs,
  name: string,
  from: number,
  wanted: (logged: LoggedRun) => boolean,
): Promise<never> {
  const { terminal, json, clock, pause } = context;
  const seen = new Set<string>();
  let start = from;
  for (;;) {
    for await (const { run, at } of source.since(name, start)) {
      const id = `${run.run} ${run.key} ${at}`;
      if (seen.has(id)) continue;
      seen.add(id);
      if (!wanted({ run, at })) continue;
      terminal.out(json ? JSON.stringify(run) : followLine(context, run));
    }
    start = Math.max(start, clock() - LATE_MS);
    await pause(POLL_MS);
  }
}

function followLine({ terminal }: Context, run: LoggedRun['run']): string {
  const sums = `${count(run.scanned)} scanned, ${count(run.matched)} matched, ${count(run.sent)} sent, ${count(run.failed)} bad`;
  const why = run.error === undefined ? '' : `  ${run.error.code}: ${printable(run.error.reason)}`;
  const head = `${timestamp(run.startedAt)}  ${shortRun(run.run)}  ${resultText(run.result, terminal.colors)}`;
  return `${head}  ${printable(`${run.bucket}/${run.key}`)}  ${sums}, ${duration(run.durationMs)}${why}`;
}
