import type { RecordBatch } from '../kafka/contract.ts';
import type { Column, RowBatch } from '../select/batch.ts';

export interface Slice {
  readonly batch: RecordBatch;
  readonly records: number;
  readonly bytes: number;
}

/**
 * Cuts the first `behind` rows of a batch into parts that one second of the rate lets through, leaving out some
 * (`left`: their indexes). A row that alone is over the byte rate is a part of its own.
 */
export function* slices(
  batch: RowBatch,
  behind: number,
  left: ReadonlySet<number>,
  limit: { readonly maxRecords: number; readonly maxBytes: number },
): Generator<Slice> {
  let first = 0;
  let bytes = 0;
  for (let row = 0; row < behind; row++) {
    const size = sizeOf(batch.values, row) + (batch.keys === undefined ? 0 : sizeOf(batch.keys, row));
    const out = left.has(row);
    const full = row - first >= limit.maxRecords || (row > first && bytes + size > limit.maxBytes);
    if (out || full) {
      if (row > first) yield part(batch, first, row, bytes);
      first = out ? row + 1 : row;
      bytes = 0;
    }
    if (!out) bytes += size;
  }
  if (behind > first) yield part(batch, first, behind, bytes);
}

function part(batch: RowBatch, first: number, behind: number, bytes: number): Slice {
  const { count, values, offsets, keys, keyNulls } = batch;
  const optional = { ...(keys && { keys }), ...(keyNulls && { keyNulls }) };
  return { batch: { count, values, offsets, ...optional, first, behind }, records: behind - first, bytes };
}

function sizeOf(column: Column, row: number): number {
  return (column.ends[row] ?? 0) - (row === 0 ? 0 : (column.ends[row - 1] ?? 0));
}
