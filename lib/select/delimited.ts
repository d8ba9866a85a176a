import type { RowBatch } from './batch.ts';

/** Rows [from, to) of a batch as they leave in a stream: each with the delimiter behind it. */
export function delimited({ values }: RowBatch, from: number, to: number, delimiter: Uint8Array): Uint8Array {
  const { bytes, ends } = values;
  let row = from === 0 ? 0 : ends[from - 1]!;
  const out = Buffer.allocUnsafeSlow((to === 0 ? 0 : ends[to - 1]!) - row + (to - from) * delimiter.length);
  let at = 0;
  for (let i = from; i < to; i++) {
    const end = ends[i]!;
    out.set(bytes.subarray(row, end), at);
    at += end - row;
    for (let byte = 0; byte < delimiter.length; byte++) out[at++] = delimiter[byte]!;
    row = end;
  }
  return out;
}

/** How many of a batch's rows come before the record at `offset`. */
export function rowsBefore({ count, offsets }: RowBatch, offset: number): number {
  let n = 0;
  while (n < count && offsets[n]! < offset) n++;
  return n;
}
