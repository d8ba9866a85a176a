import type { RecordFailure } from '../failure/index.ts';

/** Byte strings back to back: item i is `bytes[ends[i-1] ?? 0, ends[i])`. Both arrays may be longer than what is used. */
export interface Column {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * Places are bytes of the decompressed object; of a Parquet file, whose rows have no bytes of their own, they are row
 * numbers, and a row's length is 1.
 *
 * Rows that were selected from consecutive records of one object. The batch owns its arrays: nobody writes to them later.
 * Rows and failures are both in the order of the source; compare `offsets` with `failure.offset` to merge them.
 */
export interface RowBatch {
  /** How many rows. */
  readonly count: number;
  /** The rows in the output format, without record delimiters. */
  readonly values: Column;
  /** The rows' keys, when one was asked for. An item whose `keyNulls` is 1 has no key (NULL or MISSING). */
  readonly keys?: Column;
  readonly keyNulls?: Uint8Array;
  /** Where each row's source record begins. */
  readonly offsets: Float64Array;
  /** Records that could not be read or evaluated, each with its place. They are not among `scanned - count`'s rejects. */
  readonly failures: readonly RecordFailure[];
  /** How many source records were looked at for this batch, failed ones included. */
  readonly scanned: number;
  /** The part of the object that this batch stands for: a run that goes on at `to` neither repeats nor misses a record. */
  readonly from: number;
  readonly to: number;
  /** True when nothing can follow because LIMIT is reached: the rest of the object need not be read. */
  readonly last: boolean;
}

/** Where a run goes on. */
export interface ResumePoint {
  /** A former batch's `to`, in bytes of the decompressed object: the body handed in starts at this byte. Of a Parquet file: a row number. */
  readonly offset: number;
  /** The object's first bytes, enough to hold the header record. Needed when the format has a header and `offset` > 0. */
  readonly head?: Uint8Array;
  /** Rows that LIMIT has already counted. */
  readonly returned?: number;
}
