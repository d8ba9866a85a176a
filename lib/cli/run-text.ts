import type { RunRecord } from '../telemetry/run-record.ts';
import { place } from './problem.ts';
import { printable } from './table.ts';
import type { Colors } from './terminal.ts';
import { bytes, count, duration, timestamp } from './units.ts';

const UUID = 36;

/** What a table shows of a run's name: enough to ask for it. */
export function shortRun(run: string): string {
  return run.length < UUID ? run : run.slice(0, 8) + run.slice(UUID);
}

export function isRun(run: string, asked: string): boolean {
  return run === asked || shortRun(run) === asked || (asked.length >= 6 && run.startsWith(asked));
}

export function resultText(result: RunRecord['result'], colors: Colors): string {
  if (result === 'done') return colors.green(result);
  if (result === 'continued') return colors.cyan(result);
  return result === 'ignored' ? colors.dim(result) : colors.red(result);
}

/** A run, whole. */
export function runLines(run: RunRecord, colors: Colors): string[] {
  const field = (name: string, value: string) => `  ${colors.dim(name.padEnd(10))} ${value}`;
  const share = (part: number) => (part === 0 ? '' : `, ${count(part)}`);
  const rate =
    run.sent > 0 && run.durationMs > 0 ? ` (${count(Math.round((run.sent / run.durationMs) * 1000))} records/s)` : '';
  const lines = [
    `${colors.bold(`run ${run.run}`)}  ${resultText(run.result, colors)}`,
    field('rule', `${run.rule}, stage ${run.stage}, by ${run.trigger}`),
    field(
      'object',
      printable(`s3://${run.bucket}/${run.key}`) + (run.version === undefined ? '' : `, version ${run.version}`),
    ),
    ...(run.topic === undefined ? [] : [field('topic', run.topic)]),
    field(
      'began',
      `${timestamp(run.startedAt)} UTC, took ${duration(run.durationMs)}${run.throttledMs > 0 ? `, of which ${duration(run.throttledMs)} waiting for the rate` : ''}`,
    ),
    field('records', `${count(run.scanned)} scanned, ${count(run.matched)} matched, ${count(run.sent)} sent${rate}`),
  ];
  if (run.failed > 0) {
    const discarded = run.discarded === 0 ? '' : `${share(run.discarded)} discarded`;
    const letters = run.deadLettered === 0 ? '' : `${share(run.deadLettered)} to the dead letters`;
    lines.push(field('bad', `${count(run.failed)} bad records${discarded}${letters}`));
  }
  lines.push(
    field('bytes', `${bytes(run.bytesStored)} stored, ${bytes(run.bytesIn)} read, ${bytes(run.bytesOut)} sent`),
  );
  if (run.result === 'continued') lines.push(field('goes on', 'in another run of the function, by itself'));
  if (run.result !== 'done')
    lines.push(field('position', `everything before byte ${count(run.position)} is delivered`));
  for (const { afterMs, code, reason } of run.incidents) {
    lines.push(field('overcame', `after ${duration(afterMs)}: ${reason} (${code})`));
  }
  return [...lines, ...errorLines(run, colors)];
}

function errorLines({ error, bucket, key, trigger, result }: RunRecord, colors: Colors): string[] {
  if (error === undefined) return [];
  // What there was nothing to do about is no error: the object is exported already, or gone.
  const label = result === 'ignored' ? colors.yellow('nothing to do:') : colors.red('error:');
  const object = place({ bucket, key });
  const found = place(error.context);
  // The object itself was named above.
  const where = found === object ? undefined : found;
  return [
    `  ${label} ${printable(error.reason)} (${error.code})`,
    ...(where === undefined ? [] : [`  ${colors.dim('at')} ${printable(where)}`]),
    ...(error.fix === undefined ? [] : [`  ${colors.cyan('fix:')} ${error.fix}`]),
    ...(error.retryable && trigger !== 'manual'
      ? [`  ${colors.dim('AWS calls the function again for this event')}`]
      : []),
  ];
}
