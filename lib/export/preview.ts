import { type RecordFailure, SluiceError } from '../failure/index.ts';
import type { RowBatch } from '../select/batch.ts';
import type { PreparedSelect, SelectSource } from '../select/contract.ts';

export interface PreviewLimit {
  /** So many rows are kept. */
  readonly rows: number;
  /** Whether to read on to the object's end, for the counts, when there are enough rows. */
  readonly all: boolean;
}

export interface PreviewRow {
  /** The row in the rule's output format, as Kafka would get it. */
  readonly text: string;
  /** Where its source record begins: see RowBatch. */
  readonly offset: number;
}

export interface Preview {
  readonly rows: readonly PreviewRow[];
  /** Records looked at, rows that the select gave, records that failed. */
  readonly scanned: number;
  readonly matched: number;
  readonly rejected: number;
  /** The first of the records that failed, at most KEPT_REJECTS. */
  readonly rejects: readonly Omit<RecordFailure, 'raw'>[];
  /** Decompressed bytes that these counts stand for; of Parquet, rows. */
  readonly bytes: number;
  /** False: there were enough rows before the object's end. */
  readonly complete: boolean;
  /** What kept the rest of the object from being read. */
  readonly error?: SluiceError;
}

export const KEPT_REJECTS = 100;

/**
 * Runs a query over the beginning of an object and keeps what a person can look at. What is wrong with the object in
 * its middle does not hide the rows before; what is wrong with it whole (a missing header) is thrown.
 */
export async function previewObject(
  select: PreparedSelect,
  source: SelectSource,
  limit: PreviewLimit,
): Promise<Preview> {
  const rows: PreviewRow[] = [];
  const rejects: Omit<RecordFailure, 'raw'>[] = [];
  const sums = { scanned: 0, matched: 0, rejected: 0, bytes: 0 };
  const told = (complete: boolean, error?: SluiceError): Preview => ({
    rows,
    rejects,
    ...sums,
    complete,
    ...(error === undefined ? {} : { error }),
  });
  try {
    for await (const batch of select.run(source)) {
      rows.push(...rowsOf(batch, limit.rows - rows.length));
      for (const { raw: _, ...failure } of batch.failures.slice(0, KEPT_REJECTS - rejects.length))
        rejects.push(failure);
      sums.scanned += batch.scanned;
      sums.matched += batch.count;
      sums.rejected += batch.failures.length;
      sums.bytes = batch.to;
      if (rows.length >= limit.rows && !limit.all && !batch.last) return told(false);
    }
    return told(true);
  } catch (error) {
    if (!(error instanceof SluiceError) || sums.scanned === 0) throw error;
    return told(false, error);
  }
}

function* rowsOf({ count, values, offsets }: RowBatch, wanted: number): Generator<PreviewRow> {
  const decoder = new TextDecoder();
  for (let row = 0; row < Math.min(count, wanted); row++) {
    const from = row === 0 ? 0 : (values.ends[row - 1] ?? 0);
    yield { text: decoder.decode(values.bytes.subarray(from, values.ends[row])), offset: offsets[row] ?? 0 };
  }
}
