import type { RecordFailure } from '../../failure/index.ts';
import { JsonLineReader } from '../json/line-reader.ts';
import type { Members } from '../json/members.ts';
import { type JsonReader, type PathStep, Step } from '../reader.ts';
import type { WindowOptions } from '../window.ts';

/**
 * Rows of a Parquet file, which come as the JSON lines that `ParquetFile.lines` makes of them. They have no bytes of their
 * own in the file: a row's `offset` is its number, its `length` is 1, and so `consumed` counts rows.
 */
export class ParquetRowReader implements JsonReader {
  readonly kind = 'json';
  readonly length = 1;
  offset: number;
  consumed: number;
  failure: RecordFailure | undefined = undefined;
  /** The top-level columns whose text is a moment. To be set before the first row is pushed. */
  moments: ReadonlySet<string> = new Set();
  private readonly lines: JsonLineReader;
  /** Where the current row's line begins. */
  private line = -1;

  constructor(path: readonly PathStep[], { at = 0 }: WindowOptions = {}) {
    this.lines = new JsonLineReader(path);
    this.offset = at - 1;
    this.consumed = at;
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  end(): void {
    this.lines.end();
  }

  next(): Step {
    const { lines } = this;
    const step = lines.next();
    this.failure = undefined;
    if (step === Step.MORE) return step;
    if (lines.offset !== this.line) {
      this.line = lines.offset;
      this.offset++;
    }
    this.consumed = lines.consumed >= lines.offset + lines.length ? this.offset + 1 : this.offset;
    if (step === Step.BAD) this.failure = { ...lines.failure!, offset: this.offset, length: 1 };
    return step;
  }

  get bytes(): Uint8Array {
    return this.lines.bytes;
  }

  get start(): number {
    return this.lines.start;
  }

  get stop(): number {
    return this.lines.stop;
  }

  get members(): Members | undefined {
    return this.lines.members;
  }
}
