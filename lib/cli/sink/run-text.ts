import type { PartitionSpan, SinkRunRecord } from '../../telemetry/sink-run-record.ts';
import { place } from '../problem.ts';
import { resultText, shortRun } from '../run-text.ts';
import { printable, table } from '../table.ts';
import type { Colors, Terminal } from '../terminal.ts';
import { count, counted, duration, timestamp } from '../units.ts';

export function sinkRunTable(
  runs: readonly SinkRunRecord[],
  { colors, columns: width }: Pick<Terminal, 'colors' | 'columns'>,
): string[] {
  const columns = [
    { title: 'began (UTC)' },
    { title: 'run' },
    { title: 'result' },
    { title: 'messages' },
    { title: 'read', right: true },
    { title: 'written', right: true },
    { title: 'deleted', right: true },
    { title: 'bad', right: true },
    { title: 'took', right: true },
    { title: 'error' },
  ];
  const rows = runs.map((run) => [
    timestamp(run.startedAt),
    shortRun(run.run),
    resultText(run.result, colors),
    spansText(run.partitions),
    count(run.read),
    count(run.written),
    count(run.deleted),
    count(run.failed),
    duration(run.durationMs),
    run.error?.code ?? '',
  ]);
  return table(columns, rows, width);
}

/** A run, whole. */
export function sinkRunLines(run: SinkRunRecord, colors: Colors): string[] {
  const field = (name: string, value: string) => `  ${colors.dim(name.padEnd(10))} ${value}`;
  const some = (number: number, what: string) => (number === 0 ? '' : `, ${count(number)} ${what}`);
  const rate =
    run.written > 0 && run.durationMs > 0
      ? ` (${count(Math.round((run.written / run.durationMs) * 1000))} rows/s)`
      : '';
  const bad = `${count(run.failed)} bad${some(run.discarded, 'discarded')}${some(run.deadLettered, 'to the dead letters')}`;
  return [
    `${colors.bold(`run ${run.run}`)}  ${resultText(run.result, colors)}`,
    field('rule', `${run.rule}, stage ${run.stage}, by ${run.trigger}`),
    ...run.partitions.map((span) => field('messages', spanText(span))),
    field('began', `${timestamp(run.startedAt)} UTC, took ${duration(run.durationMs)}`),
    field(
      'messages',
      `${count(run.read)} read${some(run.ignored, 'without rows')}${some(run.lag ?? 0, 'still to come')}`,
    ),
    field(
      'rows',
      `${count(run.written)} written${rate}${some(run.deleted, 'deleted')}${some(run.filtered, 'filtered out')}${some(run.repeated, 'there already')}`,
    ),
    ...(run.failed > 0 ? [field('bad', bad)] : []),
    ...run.incidents.map(({ afterMs, code, reason }) =>
      field('noted', `after ${duration(afterMs)}: ${printable(reason)} (${code})`),
    ),
    ...errorLines(run, colors),
  ];
}

export function sinkFollowLine(run: SinkRunRecord, colors: Colors): string {
  const why = run.error === undefined ? '' : `  ${run.error.code}: ${printable(run.error.reason)}`;
  const sums = `${counted(run.read, 'message')}, ${count(run.written)} written, ${count(run.deleted)} deleted, ${count(run.failed)} bad`;
  const head = `${timestamp(run.startedAt)}  ${shortRun(run.run)}  ${resultText(run.result, colors)}`;
  return `${head}  ${spansText(run.partitions)}  ${sums}, ${duration(run.durationMs)}${why}`;
}

function spansText(spans: readonly PartitionSpan[]): string {
  const [first, ...more] = spans;
  if (first === undefined) return '';
  return more.length === 0 ? spanText(first) : `${spanText(first)} and ${counted(more.length, 'partition')} more`;
}

function spanText({ topic, partition, first, last }: PartitionSpan): string {
  return `${topic}-${partition} ${first}–${last}`;
}

function errorLines({ error }: SinkRunRecord, colors: Colors): string[] {
  if (error === undefined) return [];
  const where = place(error.context);
  return [
    `  ${colors.red('error:')} ${printable(error.reason)} (${error.code})`,
    ...(where === undefined ? [] : [`  ${colors.dim('at')} ${printable(where)}`]),
    ...(error.fix === undefined ? [] : [`  ${colors.cyan('fix:')} ${error.fix}`]),
  ];
}
