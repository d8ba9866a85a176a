import { RAW_LIMIT } from '../failure/index.ts';
import { MAX_RECORD } from './reader.ts';
import { WindowReader } from './window.ts';

const NONE = -1;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Records that are lines, ended by `\n` or `\r\n`; the last line of an object needs no end. What a line holds is a
 * subclass's. A byte order mark at the object's begin is dropped.
 */
export abstract class LineReader extends WindowReader {
  private seek = 0;
  private marked = this.base !== 0;
  private tooLong: { readonly offset: number; readonly raw: Uint8Array } | undefined = undefined;

  /** Makes the next line the current record. False: the window holds no whole line; see `ended` for whether one can come. */
  protected nextLine(): boolean {
    if (!this.marked && !this.skipMark()) return false;
    for (;;) {
      const end = this.filled.indexOf(LINE_FEED, this.seek);
      if (end !== NONE) {
        this.endAt(end > this.head && this.bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end, end + 1);
        return true;
      }
      this.seek = this.tail;
      this.giveUpTooLong();
      if (this.refill()) continue;
      if (!this.ended || (this.head === this.tail && this.tooLong === undefined)) return false;
      this.endAt(this.tail, this.tail);
      return true;
    }
  }

  /** Sets `failure` and returns true if the current line is longer than a record may be. */
  protected refuseTooLong(): boolean {
    const { tooLong } = this;
    if (tooLong === undefined && this.stop - this.start <= MAX_RECORD) return false;
    this.tooLong = undefined;
    const raw = tooLong?.raw ?? this.bytes.subarray(this.start, this.stop);
    this.fail(
      'OverMaxRecordSize',
      `the line has ${this.length} bytes, more than the ${MAX_RECORD} that a record may have`,
      raw,
    );
    return true;
  }

  protected override moved(by: number): void {
    this.seek -= by;
  }

  private endAt(stop: number, behind: number): void {
    const { tooLong } = this;
    this.offset = tooLong?.offset ?? this.base + this.head;
    this.length = this.base + behind - this.offset;
    this.start = tooLong === undefined ? this.head : stop;
    this.stop = stop;
    this.head = behind;
    this.seek = behind;
    this.consumed = this.base + behind;
  }

  /** A line that is certainly too long is not kept, but for its first bytes. Its last two may decide about a `\r\n`. */
  private giveUpTooLong(): void {
    if (this.tail - this.head <= MAX_RECORD + 2) return;
    this.tooLong ??= {
      offset: this.base + this.head,
      raw: Uint8Array.prototype.slice.call(this.bytes, this.head, this.head + RAW_LIMIT),
    };
    this.head = this.tail - 1;
  }

  private skipMark(): boolean {
    const mark = this.markLength();
    if (mark === NONE) return false;
    this.head += mark;
    this.seek = this.head;
    this.marked = true;
    return true;
  }
}
