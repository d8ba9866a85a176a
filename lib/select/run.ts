import { isUtf8 } from 'node:buffer';
import { RAW_LIMIT, type RecordFailure, SluiceError } from '../failure/index.ts';
import { type RecordReader, Step } from '../format/reader.ts';
import type { RowBatch } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { BoundQuery } from './bind.ts';
import { invalidEncoding } from './fields/span.ts';
import { RecordError } from './values/record-error.ts';

export interface RunOptions {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxSourceBytes: number;
  /** Rows that may still be returned. */
  readonly limit: number;
  /** Whether there is one row for all records. */
  readonly aggregate: boolean;
  /** Whether the output must be UTF-8; the source's own bytes need not be. */
  readonly utf8: boolean;
  /** Where the run begins, in bytes of the decompressed object. */
  readonly from: number;
  /** Only records that begin in [from, to) are looked at. */
  readonly range?: { readonly from: number; readonly to: number };
}

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Drives one reader through one object. `bind` is called when the reader knows its columns, and is where errors of the
 * object whole come from. A body that throws: what was read is handed on first, its last, cut record is not.
 */
export async function* runQuery(
  reader: RecordReader,
  body: Body,
  bind: () => BoundQuery,
  keyed: boolean,
  options: RunOptions,
): AsyncGenerator<RowBatch> {
  const run = new Run(reader, bind, keyed, options);
  try {
    for await (const chunk of body) {
      reader.push(chunk);
      for (let batch = run.next(); batch !== undefined; batch = run.next()) {
        yield batch;
        if (batch.last) return;
      }
      if (run.over) break;
    }
  } catch (error) {
    if (run.pending && !run.failed) yield run.flush();
    throw error;
  }
  reader.end();
  for (let batch = run.next(); batch !== undefined; batch = run.next()) {
    yield batch;
    if (batch.last) return;
  }
  yield run.finish();
  if (run.unfinished !== undefined) throw run.unfinished;
}

class Run {
  private readonly reader: RecordReader;
  private readonly bind: () => BoundQuery;
  private readonly options: RunOptions;
  private readonly batch: BatchBuilder;
  private bound: BoundQuery | undefined;
  /** Where the batch begins. */
  private from: number;
  private left: number;
  /** Where the source was when the last batch was handed on. */
  private mark: number;
  /** Whether no further record can be of interest. */
  over = false;
  private unreadable = false;
  /** Whether the error that ended the run is the query's own: then nothing is to be handed on. */
  failed = false;
  /** Why the one row of an aggregate could not be made. No record is to blame, so it is thrown, after all batches. */
  unfinished: SluiceError | undefined;

  constructor(reader: RecordReader, bind: () => BoundQuery, keyed: boolean, options: RunOptions) {
    this.reader = reader;
    this.bind = bind;
    this.options = options;
    this.batch = new BatchBuilder(options.maxRows, keyed);
    this.from = options.from;
    this.mark = options.from;
    this.left = options.limit;
  }

  /** Whether something was read that no batch has told of. */
  get pending(): boolean {
    return this.batch.scanned > 0 || this.batch.count > 0;
  }

  /** The next full batch, or undefined when the window is used up. */
  next(): RowBatch | undefined {
    const { reader, batch, options } = this;
    if (this.left <= 0) return this.take(true);
    let record = -1;
    for (;;) {
      const step = reader.next();
      if (step === Step.MORE) return undefined;
      const { range } = options;
      if (range !== undefined) {
        if (reader.offset < range.from) continue;
        this.over = reader.offset >= range.to;
        if (this.over) return undefined;
      }
      // Rows of one source record are one record.
      if (reader.offset !== record) batch.scanned++;
      record = reader.offset;
      if (step === Step.BAD) this.bad(reader.failure!);
      else this.evaluate();
      if (this.left <= 0) return this.take(true);
      if (this.isFull()) return this.take(false);
    }
  }

  /** What is there so far. */
  flush(): RowBatch {
    return this.take(false);
  }

  /** After the last record: the last rows, and of an aggregate the only one. */
  finish(): RowBatch {
    if (this.unreadable || (this.unnamed && !this.options.aggregate)) return this.take(false);
    const query = this.query();
    if (query.accumulate !== undefined && this.left > 0) this.writeResult(query);
    return this.take(false);
  }

  private writeResult(query: BoundQuery): void {
    try {
      this.write(query);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const { from } = this.options;
      this.unfinished = new SluiceError(error.code, `the row of the aggregates cannot be made: ${error.reason}`, {
        stage: 'select',
        context: { offset: from, length: this.reader.consumed - from },
        fix: 'Mend the SELECT list: CASE, NULLIF and CAST keep a value from being what it cannot be.',
      });
    }
  }

  /** An object without a record, not even the one that would have named the columns: there is nothing to be bound to. */
  private get unnamed(): boolean {
    const { reader, bound } = this;
    return bound === undefined && reader.kind === 'text' && reader.header === undefined;
  }

  private bad(failure: RecordFailure): void {
    this.batch.fail(failure);
    // A header that cannot be read: there are no columns to bind to, and the failure says so already.
    if (failure.fatal === true && this.bound === undefined) this.unreadable = true;
  }

  private evaluate(): void {
    const query = this.query();
    try {
      if (!query.matches()) return;
      if (query.accumulate === undefined) this.write(query);
      else query.accumulate();
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.batch.fail(this.failureOf(error));
    }
  }

  private write(query: BoundQuery): void {
    const { values, keys } = this.batch;
    const { length } = values;
    const keyLength = keys?.length ?? 0;
    values.seen = 0;
    if (keys !== undefined) keys.seen = 0;
    try {
      query.write(values);
      const hasKey = keys !== undefined && query.writeKey?.(keys) === true;
      if (values.seen >= 0x80 && this.options.utf8 && !isUtf8(values.bytes.subarray(length, values.length))) {
        throw invalidEncoding();
      }
      this.batch.endRow(this.reader.offset, hasKey);
      this.left--;
    } catch (error) {
      values.length = length;
      if (keys !== undefined) keys.length = keyLength;
      throw error;
    }
  }

  private query(): BoundQuery {
    if (this.bound === undefined) {
      this.failed = true;
      this.bound = this.bind();
      this.failed = false;
    }
    return this.bound;
  }

  private failureOf(error: RecordError): RecordFailure {
    const { bytes, start, stop, offset, length } = this.reader;
    const raw = Uint8Array.prototype.slice.call(bytes, start, Math.min(stop, start + RAW_LIMIT));
    return { code: error.code, reason: error.reason, offset, length, raw };
  }

  private isFull(): boolean {
    const { batch, reader, options, mark } = this;
    const full =
      batch.count >= options.maxRows ||
      batch.values.length >= options.maxBytes ||
      reader.consumed - mark >= options.maxSourceBytes;
    // Not between two rows of one source record: nobody could go on there.
    return full && reader.consumed >= reader.offset + reader.length;
  }

  private take(last: boolean): RowBatch {
    const { from } = this;
    // An aggregate cannot go on in the middle: until its row is there it has got nowhere.
    const to = this.bound?.accumulate !== undefined && this.batch.count === 0 ? from : this.reader.consumed;
    this.from = to;
    this.mark = this.reader.consumed;
    return this.batch.take(from, to, last);
  }
}
