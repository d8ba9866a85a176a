import type { Stop } from '../../sink/contract.ts';
import type { Context } from '../command.ts';
import { printable, table } from '../table.ts';
import { ago } from '../units.ts';

export function stopsTable({ terminal, clock }: Pick<Context, 'terminal' | 'clock'>, stops: readonly Stop[]): string[] {
  const columns = [
    { title: 'stands still' },
    { title: 'partition', right: true },
    { title: 'at message', right: true },
    { title: 'since' },
    { title: 'code' },
    { title: 'reason' },
  ];
  const rows = stops.map(({ topic, partition, offset, since, code, reason }) => [
    topic,
    `${partition}`,
    `${offset}`,
    ago(since, clock()),
    code,
    printable(reason),
  ]);
  const fixes = [...new Set(stops.flatMap(({ fix }) => (fix === undefined ? [] : [fix])))];
  return [
    ...table(columns, rows, terminal.columns),
    ...fixes.map((fix) => `${terminal.colors.cyan('fix:')} ${printable(fix)}`),
  ];
}
