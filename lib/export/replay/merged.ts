import type { RecordBatch } from '../../kafka/contract.ts';
import type { Column } from '../../select/batch.ts';

/** Batches of one object as one: letters give a row each, and a request each would be slow. */
export function merged(batches: readonly RecordBatch[]): RecordBatch {
  const values = joined(batches, ({ values: column }) => column);
  const offsets = batches.flatMap((batch) => [...batch.offsets.subarray(batch.first ?? 0, behindOf(batch))]);
  const common = { count: offsets.length, values, offsets: Float64Array.from(offsets) };
  if (batches.every(({ keys }) => keys === undefined)) return common;
  const keyNulls = batches.flatMap((batch) => {
    const [first, behind] = [batch.first ?? 0, behindOf(batch)];
    return Array.from({ length: behind - first }, (_, row) =>
      batch.keys === undefined ? 1 : (batch.keyNulls?.[first + row] ?? 0),
    );
  });
  return { ...common, keys: joined(batches, ({ keys }) => keys), keyNulls: Uint8Array.from(keyNulls) };
}

const EMPTY: Column = { bytes: new Uint8Array(), ends: new Uint32Array() };

function joined(batches: readonly RecordBatch[], columnOf: (batch: RecordBatch) => Column | undefined): Column {
  const parts: Uint8Array[] = [];
  const ends: number[] = [];
  let end = 0;
  for (const batch of batches) {
    const { bytes, ends: own } = columnOf(batch) ?? EMPTY;
    for (let row = batch.first ?? 0; row < behindOf(batch); row++) {
      const from = row === 0 ? 0 : (own[row - 1] ?? 0);
      const part = bytes.subarray(from, own[row] ?? from);
      parts.push(part);
      end += part.length;
      ends.push(end);
    }
  }
  return { bytes: Buffer.concat(parts), ends: Uint32Array.from(ends) };
}

function behindOf({ count, behind }: RecordBatch): number {
  return behind ?? count;
}
