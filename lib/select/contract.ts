import type { InputFormat, OutputFormat } from '../format/options.ts';
import type { RandomAccess } from '../object/contract.ts';
import type { ResumePoint, RowBatch } from './batch.ts';

export interface PrepareOptions {
  readonly input: InputFormat;
  readonly output: OutputFormat;
  /** The result column whose text is the row's key. Refused (`MissingKeyColumn`) when the select's columns are known and it is not one of them. */
  readonly key?: string;
  /** A batch is handed on when it holds so many rows, bytes of values, or bytes of source. Defaults: 2,000 rows, 512 KiB, 4 MiB. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
  readonly maxSourceBytes?: number;
  /** UTCNOW(), in milliseconds since 1970; the engine asks once for a query. Default: refuses UTCNOW. */
  readonly now?: () => number;
}

/** A query, ready to run over any number of objects. Pure: it holds no state of a run. */
export interface PreparedSelect {
  /** The result's column names, or undefined when only the object's header can tell (`SELECT *`). */
  readonly columns: readonly string[] | undefined;
  /** True for COUNT, SUM, …: rows come only at the end, so a run cannot go on in the middle. */
  readonly aggregate: boolean;
  /** True if a run that goes on in the middle needs the object's first bytes: they hold its header. */
  readonly head: boolean;
  /** What `run` takes: a stream of decompressed bytes, or for Parquet the object as it is stored. */
  readonly access: 'stream' | 'random';
  /**
   * Runs over one object. Batches come as soon as they are full, and at least one comes (the last may be
   * empty). Throws SluiceError only for what concerns the object whole (`MissingHeaderName`); records fail as values.
   * When the body throws (a cut gzip), the rows of the whole records before it come in a batch first, then the body's
   * error is thrown; a record that was cut by it is never taken for a whole one.
   */
  run(source: SelectSource, resume?: ResumePoint): AsyncIterable<RowBatch>;
}

/** What a query runs over; which of them it can take is its `access`. */
export type SelectSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | RandomAccess;

/** Parses and analyses a query. Throws SluiceError with AWS's code and `line:column: …, expected …` in the message. */
export type Prepare = (sql: string, options: PrepareOptions) => PreparedSelect;
