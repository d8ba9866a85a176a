import type { ChangeOrder } from '../../message/contract.ts';
import { isOlder } from './fold.ts';
import type { Cell } from './row.ts';

/** As `numeric[]`, which the server compares as a ChangeOrder is compared. */
export function orderCell(order: ChangeOrder | undefined): Cell {
  return order === undefined ? null : `{${order.join(',')}}`;
}

export function orderText(order: ChangeOrder): string {
  return order.join(',');
}

export function orderOf(text: string | undefined): ChangeOrder | undefined {
  return text === undefined || text === '' ? undefined : text.split(',').map(BigInt);
}

/**
 * Where a change stood when it was sent first. A connector that starts again may have noted a place and no commit: then its
 * first transaction comes as `[place, place]`, which is later than the `[commit, place]` that the same changes had. A new
 * one is beyond the last place: until that, no commit was between.
 *
 * @param last the latest of the partition so far
 */
export function asSentFirst(order: ChangeOrder, last: ChangeOrder | undefined): ChangeOrder {
  const [commit, place] = order;
  const [lastCommit, lastPlace] = last ?? [];
  if (order.length !== 2 || commit === undefined || commit !== place) return order;
  if (lastCommit === undefined || lastPlace === undefined || !isOlder(last, order)) return order;
  return place <= lastPlace ? [lastCommit, place] : order;
}
