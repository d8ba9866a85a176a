import type { StoppedObject } from '../ledger/contract.ts';
import type { ParkedEvent } from '../ledger/parked.ts';
import type { Context } from './command.ts';
import { printable, table } from './table.ts';
import { ago, count } from './units.ts';

export function stoppedTable(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  stopped: readonly StoppedObject[],
): string[] {
  const columns = [
    { title: 'stands still' },
    { title: 'since' },
    { title: 'sent', right: true },
    { title: 'code' },
    { title: 'reason' },
  ];
  const rows = stopped.map(({ bucket, key, since, position, reason }) => [
    printable(`${bucket}/${key}`),
    ago(since, clock()),
    count(position.counts['sent'] ?? 0),
    reason.code,
    printable(reason.reason),
  ]);
  return table(columns, rows, terminal.columns);
}

export function parkedTable(
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
  parked: readonly ParkedEvent[],
): string[] {
  const columns = [{ title: 'parked' }, { title: 'since' }, { title: 'code' }, { title: 'reason' }];
  const rows = parked.map(({ object, event, since, reason }) => [
    object === undefined
      ? `an event of ${Buffer.byteLength(event)} bytes`
      : printable(`${object.bucket}/${object.key}`),
    ago(since, clock()),
    reason.code,
    printable(reason.reason),
  ]);
  return table(columns, rows, terminal.columns);
}
