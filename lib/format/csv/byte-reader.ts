import { Field } from '../reader.ts';
import type { Dialect } from './dialect.ts';
import { CsvReader, type CsvReaderOptions } from './reader.ts';

const NONE = -1;
const CARRIAGE_RETURN = 13;
/** After a record shorter than this many bytes, the next one's end is looked for byte by byte. */
const SHORT = 64;
/** A filter asks for fields in its own order, the SELECT list in another: of so many the places are kept. */
const NOTED = 256;

/** Whether the fast reader takes a dialect: every piece of its syntax is one byte, and a quote is escaped by doubling it. */
export function isByteDialect(dialect: Dialect): boolean {
  const { delimiter, recordDelimiter, quote } = dialect;
  if (delimiter.length !== 1 || recordDelimiter.length !== 1) return false;
  return quote === undefined || (quote.length === 1 && Buffer.compare(quote, dialect.escape!) === 0);
}

/**
 * CSV whose syntax is single bytes. Record ends and quotes are searched for natively, and a record is looked into only
 * where it has quotes; a record without any costs one search.
 */
export class ByteCsvReader extends CsvReader {
  private readonly delimiter: number;
  private readonly recordDelimiter: number;
  private readonly quote: number;
  private readonly crlf: boolean;
  private readonly spanning: boolean;
  /** The first quote from `seek` on, `tail` if there is none, or NONE if nobody looked yet. */
  private quoteAt = NONE;
  /** The next field that was not looked for, and where it begins. Behind `stop`: there is none. */
  private upcoming = 0;
  private upcomingAt = 0;
  /** Where the fields before `upcoming`, and that one, begin; as many as are noted. */
  private readonly begins = new Int32Array(NOTED);
  /** Whether the field that closingQuote went through has doubled quotes. */
  private doubled = false;
  private scratch = Buffer.alloc(0);

  constructor(dialect: Dialect, options: CsvReaderOptions = {}) {
    super(dialect, options);
    this.delimiter = dialect.delimiter[0]!;
    this.recordDelimiter = dialect.recordDelimiter[0]!;
    this.quote = dialect.quote?.[0] ?? NONE;
    this.crlf = dialect.crlf;
    this.spanning = dialect.quotedRecordDelimiter;
  }

  get separator(): number {
    return this.quoted ? NONE : this.delimiter;
  }

  field(i: number): Field {
    const { bytes, stop, delimiter, begins } = this;
    if (i < this.upcoming) {
      if (i >= NOTED - 1) this.rewind();
      else if (this.quoted) {
        this.upcoming = i;
        this.upcomingAt = begins[i]!;
      } else {
        this.from = begins[i]!;
        this.to = begins[i + 1]! - 1;
        return Field.PLAIN;
      }
    }
    const quote = this.quoted ? this.quote : NONE;
    let at = this.upcomingAt;
    let n = this.upcoming;
    for (; n < i && at <= stop; n++) {
      if (bytes[at] === quote && at < stop) at = this.closingQuote(at + 1);
      while (at < stop && bytes[at] !== delimiter) at++;
      at++;
      if (n < NOTED - 1) begins[n + 1] = at;
    }
    if (at > stop) {
      this.counted = n;
      this.upcoming = n;
      this.upcomingAt = at;
      return Field.ABSENT;
    }
    this.upcoming = i + 1;
    if (bytes[at] === quote && at < stop) {
      const closing = this.closingQuote(at + 1);
      this.from = at + 1;
      this.to = closing;
      this.upcomingAt = closing + 2;
      if (i < NOTED - 1) begins[i + 1] = closing + 2;
      return this.doubled ? Field.ESCAPED : Field.PLAIN;
    }
    this.from = at;
    while (at < stop && bytes[at] !== delimiter) at++;
    this.to = at;
    this.upcomingAt = at + 1;
    if (i < NOTED - 1) begins[i + 1] = at + 1;
    return Field.PLAIN;
  }

  unquote(from: number, to: number): Uint8Array {
    const { bytes, quote } = this;
    if (this.scratch.length < to - from) this.scratch = Buffer.allocUnsafeSlow(Math.max(to - from, 1024));
    const { scratch } = this;
    let size = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte === quote) at++;
      scratch[size++] = byte;
    }
    return scratch.subarray(0, size);
  }

  protected find(): boolean {
    const { tail } = this;
    let end = NONE;
    for (;;) {
      if (this.opened !== NONE) {
        if (!this.findClosing()) return false;
        continue;
      }
      const { seek } = this;
      if (end < seek) {
        end = this.nextDelimiter(seek);
      }
      const quote = this.spanning ? this.nextQuote(seek) : tail;
      if (quote >= end) {
        if (end === tail) {
          this.seek = tail;
          return false;
        }
        this.endAt(end);
        return true;
      }
      this.seek = quote + 1;
      if (this.opensAt(quote)) {
        this.opened = this.base + quote;
        this.quoting = true;
      }
    }
  }

  protected findLast(): void {
    this.stop = this.tail;
    this.behind = this.tail;
    if (!this.spanning) this.readQuotes();
  }

  protected findDelimiter(from: number): number {
    return this.filled.indexOf(this.recordDelimiter, from) + 1 || NONE;
  }

  protected rewind(): void {
    this.upcoming = 0;
    this.upcomingAt = this.start;
    this.begins[0] = this.start;
  }

  protected override moved(by: number): void {
    super.moved(by);
    this.quoteAt = NONE;
  }

  private endAt(delimiter: number): void {
    this.behind = delimiter + 1;
    this.stop =
      this.crlf && delimiter > this.first && this.bytes[delimiter - 1] === CARRIAGE_RETURN ? delimiter - 1 : delimiter;
    if (!this.spanning) this.readQuotes();
  }

  /** The next record delimiter, or `tail`. A native search costs as much as looking at some dozens of bytes. */
  private nextDelimiter(from: number): number {
    const { bytes, tail, recordDelimiter } = this;
    let at = from;
    if (this.length < SHORT) {
      for (const near = Math.min(from + SHORT, tail); at < near; at++) if (bytes[at] === recordDelimiter) return at;
      if (at === tail) return tail;
    }
    at = this.filled.indexOf(recordDelimiter, at);
    return at === NONE ? tail : at;
  }

  private nextQuote(from: number): number {
    if (this.quoteAt < from) {
      const at = this.quote === NONE ? NONE : this.filled.indexOf(this.quote, from);
      this.quoteAt = at === NONE ? this.tail : at;
    }
    return this.quoteAt;
  }

  /** A quote outside quotes opens a field only where a field begins. */
  private opensAt(quote: number): boolean {
    return quote === this.first || (quote > 0 && this.bytes[quote - 1] === this.delimiter);
  }

  /** Goes behind the quote that closes the open field. False: the window does not show it, or not what follows it. */
  private findClosing(): boolean {
    const { bytes, quote, tail, complete } = this;
    for (let at = this.seek; ; at += 2) {
      at = this.nextQuote(at);
      this.seek = at;
      if (at === tail) return false;
      const next = at + 1;
      if (next === tail && !complete) return false;
      if (next < tail && bytes[next] === quote) continue;
      if (this.crlf && bytes[next] === CARRIAGE_RETURN && next + 1 === tail && !complete) return false;
      if (!this.endsField(next)) this.unescaped = this.base + at;
      this.opened = NONE;
      this.seek = next;
      return true;
    }
  }

  private endsField(at: number): boolean {
    const { bytes, tail, recordDelimiter } = this;
    if (at === tail) return true;
    if (bytes[at] === this.delimiter || bytes[at] === recordDelimiter) return true;
    return this.crlf && bytes[at] === CARRIAGE_RETURN && at + 1 < tail && bytes[at + 1] === recordDelimiter;
  }

  /** Where quotes do not span records, they are looked at when the record's end is known. */
  private readQuotes(): void {
    const { bytes, stop } = this;
    if (this.first === NONE) return;
    for (let at = this.nextQuote(this.first); at < stop; at = this.nextQuote(at + 1)) {
      if (!this.opensAt(at)) continue;
      this.quoting = true;
      const closing = this.closingQuote(at + 1);
      if (closing === NONE) {
        this.opened = this.base + at;
        return;
      }
      const next = closing + 1;
      if (next < stop && bytes[next] !== this.delimiter) this.unescaped = this.base + closing;
      at = closing;
    }
  }

  /** Within the current record: the quote that closes the field whose content begins at `from`, or NONE. */
  private closingQuote(from: number): number {
    const { bytes, stop, quote } = this;
    this.doubled = false;
    for (let at = from; at < stop; at++) {
      if (bytes[at] !== quote) continue;
      if (at + 1 === stop || bytes[at + 1] !== quote) return at;
      this.doubled = true;
      at++;
    }
    return NONE;
  }
}
