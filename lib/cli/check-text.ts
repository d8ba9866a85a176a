import type { Probe } from '../export/check.ts';
import type { Context } from './command.ts';
import { printable } from './table.ts';
import type { Colors } from './terminal.ts';
import { counted, duration } from './units.ts';

/** `function`: in the deployed function, with its network and its rights. `here`: on this machine, with yours. */
export type PlacedProbe = Probe & { readonly where: 'function' | 'here' };

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' } as const;

export function ruleLines(
  { terminal: { colors }, stage }: Pick<Context, 'terminal' | 'stage'>,
  rule: string,
  probes: readonly PlacedProbe[],
): string[] {
  const widths = [Math.max(...probes.map(({ name }) => name.length)), 7];
  const lines = probes.flatMap(({ where, name, state, detail, fix, ms }) => [
    `  ${mark(state, colors)}  ${where.padEnd(8)}  ${name.padEnd(widths[0] ?? 0)}  ${printable(detail)} ${colors.dim(`(${duration(ms)})`)}`,
    ...(fix === undefined || state === 'ok' ? [] : [`           ${colors.cyan('fix:')} ${fix}`]),
  ]);
  const bad = probes.filter(({ state }) => state === 'failed').length;
  const doubtful = probes.filter(({ state }) => state === 'warning').length;
  const verdict =
    bad > 0
      ? colors.red(`${counted(bad, 'probe')} failed`)
      : doubtful > 0
        ? colors.yellow(`well, with ${counted(doubtful, 'warning')}`)
        : colors.green('well');
  return [`${colors.bold(rule)}  stage ${stage}: ${verdict}`, ...lines];
}

function mark(state: Probe['state'], colors: Colors): string {
  const text = MARKS[state].padEnd(7);
  if (state === 'ok') return colors.green(text);
  if (state === 'failed') return colors.red(text);
  return state === 'warning' ? colors.yellow(text) : colors.dim(text);
}
