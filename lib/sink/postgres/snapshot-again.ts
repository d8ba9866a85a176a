import type { Change, ChangeOrder } from '../../message/contract.ts';
import type { Remark } from '../contract.ts';
import { isOlder } from './fold.ts';
import { quoteName } from './identifier.ts';
import { orderCell } from './order.ts';

/** Where a whole snapshot begins that its source took after changes which are settled already. */
export function snapshotAgain(
  changes: readonly Change[],
  last: ChangeOrder | undefined,
): { readonly index: number; readonly order: ChangeOrder } | undefined {
  if (last === undefined) return undefined;
  for (const [index, change] of changes.entries()) {
    if (change.kind !== 'put' || change.snapshot !== 'whole' || change.order === undefined) continue;
    if (isOlder(last, change.order)) return { index, order: change.order };
  }
  return undefined;
}

/** @param guard the column in which the position of each row is kept */
export function tellOfSnapshot(order: ChangeOrder, guard: string | undefined): Remark {
  const which =
    guard === undefined
      ? 'with `ifNewer: lsn` the position of each row would tell which'
      : `once all of the snapshot is written, they are those WHERE ${quoteName(guard)} < '${orderCell(order)}'`;
  return {
    code: 'SnapshotAgain',
    reason: `the connector took a snapshot of the table again: rows that the source deleted while nobody listened stay here, since no event tells of them (${which})`,
  };
}
