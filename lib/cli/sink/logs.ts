import { SluiceError } from '../../failure/index.ts';
import { functionName } from '../../rule/deployment/names.ts';
import { loadProject } from '../../rule/disk.ts';
import { isSink, listRules, resolveRule } from '../../rule/index.ts';
import type { Stop } from '../../sink/contract.ts';
import type { SinkRunRecord } from '../../telemetry/sink-run-record.ts';
import type { LoggedRun } from '../aws/ports.ts';
import { answer, type Context, lineFor } from '../command.ts';
import { Exit, usage } from '../exit.ts';
import { isRun } from '../run-text.ts';
import { ago, counted } from '../units.ts';
import { secretsHere } from './opened.ts';
import { sinkFollowLine, sinkRunLines, sinkRunTable } from './run-text.ts';
import { sinkStops } from './stops.ts';
import { stopsTable } from './stops-text.ts';

/** What `sluice logs` was asked for. */
export interface WantedRuns {
  readonly run: string | undefined;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly limit: number;
  readonly failed: boolean;
  readonly follow: boolean;
}

/** How often a followed log is asked, and how far back each time: CloudWatch shows lines late and out of order. */
const POLL_MS = 2_000;
const LATE_MS = 60_000;

/** A rule that was removed still has its log: then what its function told last says what it was. */
export async function isSinkLog(context: Context, rule: string): Promise<boolean> {
  const listed = listRules(await loadProject(context.root, context.env)).find(({ name }) => name === rule);
  if (listed !== undefined) return listed.kind?.endsWith('-sink') === true;
  const last = await (await context.aws.sinkRunLogs()).last(functionName(rule, context.stage));
  return last?.run.kind === 'sink';
}

/** The deliveries of a sink, and the partitions that stand still. */
export async function sinkLogs(context: Context, rule: string, wanted: WantedRuns): Promise<Exit> {
  const name = functionName(rule, context.stage);
  const { from, limit, run } = wanted;
  const source = await context.aws.sinkRunLogs();
  if (wanted.follow) return follow(context, name, wanted);
  const isWanted = ({ run: { result, run: id } }: LoggedRun<SinkRunRecord>) =>
    run === undefined ? !wanted.failed || result !== 'done' : isRun(id, run);
  const found: LoggedRun<SinkRunRecord>[] = [];
  for await (const logged of source.since(name, from)) if (isWanted(logged)) found.push(logged);
  const runs = found.slice(-limit).map((each) => each.run);
  const { colors } = context.terminal;
  if (run !== undefined) {
    if (runs.length === 0)
      throw usage(
        `no run ${run} of ${name} is in the log of that time`,
        'Look further back (--since 7d), or list the runs with sluice logs RULE.',
      );
    answer(context, runs.length === 1 ? runs[0] : runs, () => runs.flatMap((each) => sinkRunLines(each, colors)));
    return Exit.OK;
  }
  const stops = await stopsOf(context, rule);
  answer(context, { rule, stage: context.stage, runs, stops }, () => [
    ...(runs.length === 0
      ? [`No ${wanted.failed ? 'failed ' : ''}run of ${name} in that time. Look further back with --since 7d.`]
      : sinkRunTable(runs, context.terminal)),
    ...(stops.length === 0
      ? []
      : ['', ...stopsTable(context, stops), `When it is mended: ${lineFor(context, `resume ${rule}`)}`]),
  ]);
  return Exit.OK;
}

/** A rule that is gone, or a database that cannot be asked, hides no run. */
export async function stopsOf(context: Context, rule: string): Promise<readonly Stop[]> {
  try {
    const { bundle } = resolveRule(await loadProject(context.root, context.env), rule, context.stage);
    if (!isSink(bundle)) return [];
    const stops = await sinkStops(context, bundle, secretsHere(context), false);
    try {
      return await stops.list();
    } finally {
      await stops.close();
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.stage !== 'rule') context.terminal.err(`What stands still is not known: ${error.message}`);
    return [];
  }
}

/** What `list` says of them. */
export function stopNotes(context: Context, rule: string, stops: readonly Stop[]): string[] {
  const [first] = stops;
  if (first === undefined) return [];
  const which = stops.length === 1 ? '' : ', the first of them';
  return [
    `${counted(stops.length, 'partition')} ${stops.length === 1 ? 'stands' : 'stand'} still${which} ${first.topic}-${first.partition} at message ${first.offset}, since ${ago(first.since, context.clock())} (${first.code}). See ${lineFor(context, `logs ${rule}`)}; when it is mended, ${lineFor(context, `resume ${rule}`)}`,
  ];
}

async function follow(context: Context, name: string, { from, failed }: WantedRuns): Promise<never> {
  const { terminal, json, clock, pause } = context;
  const source = await context.aws.sinkRunLogs();
  const seen = new Set<string>();
  let start = from;
  for (;;) {
    for await (const { run, at } of source.since(name, start)) {
      const id = `${run.run} ${at}`;
      if (seen.has(id)) continue;
      seen.add(id);
      if (failed && run.result === 'done') continue;
      terminal.out(json ? JSON.stringify(run) : sinkFollowLine(run, terminal.colors));
    }
    start = Math.max(start, clock() - LATE_MS);
    await pause(POLL_MS);
  }
}
