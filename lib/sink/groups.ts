import type { Change } from '../message/contract.ts';

/** Where each message's changes begin in `changes`, and, last, how many changes there are. A message is written whole or not at all. */
export function messageStarts(changes: readonly Change[]): readonly number[] {
  const starts: number[] = [];
  let offset = -1;
  for (const [i, { message }] of changes.entries()) {
    if (message.offset !== offset) starts.push(i);
    offset = message.offset;
  }
  return [...starts, changes.length];
}

/** Which message a change belongs to: the last of `starts` that is not behind it. */
export function messageOf(starts: readonly number[], change: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= change) low = middle;
    else high = middle;
  }
  return low;
}
