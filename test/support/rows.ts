import type { RecordFailure } from '../../lib/failure/index.ts';
import type { Column, RowBatch } from '../../lib/select/batch.ts';

/** Text items as a column of bytes. */
export function column(items: readonly string[]): Column {
  const buffers = items.map((item) => Buffer.from(item));
  let end = 0;
  return { bytes: Buffer.concat(buffers), ends: Uint32Array.from(buffers, (buffer) => (end += buffer.length)) };
}

/** A column's items as text. */
export function texts({ bytes, ends }: Column, first: number, behind: number): string[] {
  const out: string[] = [];
  for (let i = first; i < behind; i++) {
    out.push(Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).toString());
  }
  return out;
}

/** A batch of rows, ten bytes of source each: row i of the object begins at byte 10·i. */
export function rows(
  from: number,
  values: readonly string[],
  failures: readonly RecordFailure[] = [],
  last = false,
): RowBatch {
  const bad = new Set(failures.map((failure) => failure.offset));
  const offsets: number[] = [];
  for (let offset = from; offsets.length < values.length; offset += 10) if (!bad.has(offset)) offsets.push(offset);
  const scanned = values.length + failures.length;
  return {
    count: values.length,
    values: column(values),
    offsets: Float64Array.from(offsets),
    failures,
    scanned,
    from,
    to: from + 10 * scanned,
    last,
  };
}

export function failure(offset: number, extra: Partial<RecordFailure> = {}): RecordFailure {
  return { code: 'CastFailed', reason: 'no integer', offset, length: 10, raw: Buffer.from('bad'), ...extra };
}
