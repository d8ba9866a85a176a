import type { RecordFailure } from '../failure/index.ts';
import { WriteBuffer } from '../format/write-buffer.ts';
import type { RowBatch } from './batch.ts';

/** A row batch while it is being filled. `take` hands it on and begins the next. */
export class BatchBuilder {
  readonly values = new WriteBuffer();
  readonly keys: WriteBuffer | undefined;
  count = 0;
  scanned = 0;
  private failures: RecordFailure[] = [];
  private ends: Uint32Array;
  private offsets: Float64Array;
  private keyEnds: Uint32Array;
  private keyNulls: Uint8Array;
  private readonly size: number;

  constructor(maxRows: number, keyed: boolean) {
    // An aggregate has one row, a rule may allow millions: arrays grow to what is used.
    this.size = Math.min(maxRows, 2048);
    this.keys = keyed ? new WriteBuffer() : undefined;
    this.ends = new Uint32Array(this.size);
    this.offsets = new Float64Array(this.size);
    this.keyEnds = new Uint32Array(keyed ? this.size : 0);
    this.keyNulls = new Uint8Array(keyed ? this.size : 0);
  }

  /** The row whose bytes were just written is whole. */
  endRow(offset: number, hasKey: boolean): void {
    const { count } = this;
    if (count === this.ends.length) this.grow();
    this.ends[count] = this.values.length;
    this.offsets[count] = offset;
    if (this.keys !== undefined) {
      this.keyEnds[count] = this.keys.length;
      this.keyNulls[count] = hasKey ? 0 : 1;
    }
    this.count++;
  }

  fail(failure: RecordFailure): void {
    this.failures.push(failure);
  }

  take(from: number, to: number, last: boolean): RowBatch {
    const { count, scanned, failures, offsets } = this;
    const values = { bytes: this.values.take(), ends: this.ends };
    const keyed =
      this.keys === undefined ? {} : { keys: { bytes: this.keys.take(), ends: this.keyEnds }, keyNulls: this.keyNulls };
    this.count = 0;
    this.scanned = 0;
    this.failures = [];
    this.ends = new Uint32Array(this.ends.length);
    this.offsets = new Float64Array(this.offsets.length);
    this.keyEnds = new Uint32Array(this.keyEnds.length);
    this.keyNulls = new Uint8Array(this.keyNulls.length);
    return { count, values, ...keyed, offsets, failures, scanned, from, to, last };
  }

  private grow(): void {
    const length = this.ends.length * 2;
    this.ends = grown(this.ends, new Uint32Array(length));
    this.offsets = grown(this.offsets, new Float64Array(length));
    if (this.keys === undefined) return;
    this.keyEnds = grown(this.keyEnds, new Uint32Array(length));
    this.keyNulls = grown(this.keyNulls, new Uint8Array(length));
  }
}

function grown<T extends Uint32Array | Float64Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
