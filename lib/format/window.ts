import { RAW_LIMIT, type RecordFailure } from '../failure/index.ts';

/** A window's size to begin with: small enough to stay in a core's cache, large enough that refilling it costs nothing. */
const FIRST_SIZE = 256 * 1024;

export interface WindowOptions {
  /** Where in the decompressed object the first pushed byte stands. */
  readonly at?: number;
}

/**
 * The bytes that a reader looks at: a buffer that is filled from chunks a slice at a time, and grows only while its
 * reader keeps an unfinished record in it. What every reader has in common stands here, so that its hot fields are its own.
 */
export abstract class WindowReader {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  start = 0;
  stop = 0;
  offset = 0;
  length = 0;
  consumed: number;
  failure: RecordFailure | undefined = undefined;

  /** The unread bytes are `bytes[head, tail)`; `filled` is `bytes[0, tail)`, which bounds native searches. */
  protected head = 0;
  protected tail = 0;
  protected filled: Buffer = this.bytes.subarray(0, 0);
  /** Where `bytes[0]` stands in the object. */
  protected base: number;
  protected ended = false;
  private chunk: Uint8Array | undefined = undefined;
  private taken = 0;

  constructor(options: WindowOptions = {}) {
    this.base = options.at ?? 0;
    this.consumed = this.base;
  }

  push(chunk: Uint8Array): void {
    // Two pushes without reading between them: the first chunk's memory is no longer ours.
    while (this.chunk !== undefined) this.absorb(this.chunk.length);
    if (chunk.length === 0) return;
    this.chunk = chunk;
    this.taken = 0;
  }

  end(): void {
    this.ended = true;
  }

  /** Lets go of what lies before `head` and takes more of the input. False: there is none for now. */
  protected refill(): boolean {
    if (this.chunk === undefined) return false;
    this.absorb(FIRST_SIZE);
    return true;
  }

  /** At the object's first byte: the length of its UTF-8 byte order mark, 3 or 0; -1: too few bytes to tell. */
  protected markLength(): number {
    while (this.tail - this.head < 3 && !this.complete) if (!this.refill()) return -1;
    const { bytes, head } = this;
    const marked =
      this.tail - head >= 3 && bytes[head] === 0xef && bytes[head + 1] === 0xbb && bytes[head + 2] === 0xbf;
    return marked ? 3 : 0;
  }

  /** Whether the window holds all that will ever come. */
  protected get complete(): boolean {
    return this.ended && this.chunk === undefined;
  }

  /** The window has more bytes than before, and what it held stands `by` places further down. */
  protected abstract moved(by: number): void;

  /** Sets `failure` for the current record from its `offset` and `length`; `raw` is cut at RAW_LIMIT and copied. */
  protected fail(code: string, reason: string, raw: Uint8Array, fatal = false): void {
    const { offset, length } = this;
    const copy = Uint8Array.prototype.slice.call(raw, 0, RAW_LIMIT);
    this.failure = { code, reason, offset, length, raw: copy, ...(fatal ? { fatal } : {}) };
  }

  private absorb(most: number): void {
    const chunk = this.chunk!;
    const size = Math.min(most, chunk.length - this.taken);
    const by = this.head;
    const kept = this.tail - by;
    if (by > 0) this.bytes.copyWithin(0, by, this.tail);
    if (kept + size > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(kept + size, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, kept));
      this.bytes = larger;
    }
    this.bytes.set(
      this.taken === 0 && size === chunk.length ? chunk : chunk.subarray(this.taken, this.taken + size),
      kept,
    );
    this.head = 0;
    this.tail = kept + size;
    this.base += by;
    this.filled = this.bytes.subarray(0, this.tail);
    this.taken += size;
    if (this.taken === chunk.length) this.chunk = undefined;
    this.moved(by);
  }
}
