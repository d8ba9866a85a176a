import { Field } from '../reader.ts';
import type { Dialect } from './dialect.ts';
import { CsvReader, type CsvReaderOptions, startsWith } from './reader.ts';

const NONE = -1;
const CARRIAGE_RETURN = 13;
const NOTHING = new Uint8Array(0);

/** Whether a sequence stands at a place. UNKNOWN: the window ends before that can be told. */
const Match = { NO: 0, YES: 1, UNKNOWN: 2 } as const;
type Match = (typeof Match)[keyof typeof Match];

/**
 * CSV in any dialect: delimiters, quotes and escapes of several bytes, and escapes other than a doubled quote. It goes
 * through a record once, from left to right, since no shortcut holds for sequences that may overlap with themselves.
 */
export class SequenceCsvReader extends CsvReader {
  private readonly delimiter: Uint8Array;
  private readonly recordDelimiter: Uint8Array;
  private readonly quote: Uint8Array;
  private readonly before: Uint8Array;
  private readonly doubling: boolean;
  /** 1 for bytes that some sequence begins with: the others are passed over. */
  private readonly special = new Uint8Array(256);
  /** Whether a field begins at `seek`. */
  private fresh = true;
  private upcoming = 0;
  private upcomingAt = 0;
  private escapes = false;
  private scratch = Buffer.alloc(0);

  constructor(dialect: Dialect, options: CsvReaderOptions = {}) {
    super(dialect, options);
    this.delimiter = dialect.delimiter;
    this.recordDelimiter = dialect.recordDelimiter;
    this.quote = dialect.quote ?? NOTHING;
    this.before = dialect.escape ?? NOTHING;
    this.doubling = Buffer.compare(this.quote, this.before) === 0;
    for (const [first] of [this.delimiter, this.recordDelimiter, this.quote, this.before]) {
      if (first !== undefined) this.special[first] = 1;
    }
    if (dialect.crlf) this.special[CARRIAGE_RETURN] = 1;
  }

  field(i: number): Field {
    if (i < this.upcoming) this.rewind();
    let n = this.upcoming;
    for (; n < i && this.upcomingAt <= this.stop; n++) this.readField();
    this.upcoming = n;
    if (this.upcomingAt > this.stop) {
      this.counted = n;
      return Field.ABSENT;
    }
    this.upcoming++;
    return this.readField();
  }

  unquote(from: number, to: number): Uint8Array {
    const { bytes } = this;
    if (this.scratch.length < to - from) this.scratch = Buffer.allocUnsafeSlow(Math.max(to - from, 1024));
    const { scratch } = this;
    let size = 0;
    for (let at = from; at < to; ) {
      const escaped = this.escapedAt(at, to);
      const kept = escaped === undefined ? at : at + this.before.length;
      const behind = escaped === undefined ? at + 1 : kept + escaped.length;
      for (at = kept; at < behind; at++) scratch[size++] = bytes[at]!;
    }
    return scratch.subarray(0, size);
  }

  protected find(): boolean {
    const { bytes, tail, special } = this;
    let at = this.seek;
    if (at === this.first) this.fresh = true;
    for (;;) {
      while (at < tail && special[bytes[at]!] === 0) {
        at++;
        this.fresh = false;
      }
      this.seek = at;
      if (at === tail) return false;
      const end = this.recordEndAt(at);
      if (this.opened === NONE || !this.dialect.quotedRecordDelimiter) {
        if (end === Match.UNKNOWN) return false;
        if (end === Match.YES) return true;
      }
      const behind = this.opened === NONE ? this.stepOutside(at) : this.stepInside(at);
      if (behind === NONE) return false;
      at = behind;
    }
  }

  protected findLast(): void {
    this.stop = this.tail;
    this.behind = this.tail;
  }

  protected findDelimiter(from: number): number {
    const at = this.filled.indexOf(this.recordDelimiter, from);
    return at === NONE ? NONE : at + this.recordDelimiter.length;
  }

  protected rewind(): void {
    this.upcoming = 0;
    this.upcomingAt = this.start;
  }

  private match(sequence: Uint8Array, at: number): Match {
    if (sequence.length === 0) return Match.NO;
    for (let i = 0; i < sequence.length; i++) {
      if (at + i >= this.tail) return this.complete ? Match.NO : Match.UNKNOWN;
      if (this.bytes[at + i] !== sequence[i]) return Match.NO;
    }
    return Match.YES;
  }

  /** Whether a record ends at `at`; if so sets `stop` and `behind`. */
  private recordEndAt(at: number): Match {
    const cr = this.dialect.crlf && this.bytes[at] === CARRIAGE_RETURN ? 1 : 0;
    const end = this.match(this.recordDelimiter, at + cr);
    if (end === Match.YES) {
      this.stop = at;
      this.behind = at + cr + this.recordDelimiter.length;
    }
    return end;
  }

  /** Behind the delimiter, opening quote or plain byte at `at`; NONE: the window does not tell which it is. */
  private stepOutside(at: number): number {
    if (this.fresh) {
      const quote = this.match(this.quote, at);
      if (quote === Match.UNKNOWN) return NONE;
      this.fresh = false;
      if (quote === Match.YES) {
        this.opened = this.base + at;
        this.quoting = true;
        return at + this.quote.length;
      }
    }
    const delimiter = this.match(this.delimiter, at);
    if (delimiter === Match.UNKNOWN) return NONE;
    this.fresh = delimiter === Match.YES;
    return this.fresh ? at + this.delimiter.length : at + 1;
  }

  /** The same within quotes: behind the escape, closing quote or plain byte at `at`. */
  private stepInside(at: number): number {
    const escaping = this.match(this.before, at);
    if (escaping === Match.UNKNOWN) return NONE;
    if (escaping === Match.YES) {
      const next = at + this.before.length;
      const quoted = this.match(this.quote, next);
      const doubled = this.doubling ? Match.NO : this.match(this.before, next);
      if (quoted === Match.YES) return next + this.quote.length;
      if (doubled === Match.YES) return next + this.before.length;
      if (quoted === Match.UNKNOWN || doubled === Match.UNKNOWN) return NONE;
    }
    const quote = this.match(this.quote, at);
    if (quote === Match.UNKNOWN) return NONE;
    if (quote === Match.NO) return at + 1;
    const behind = at + this.quote.length;
    const delimiter = this.match(this.delimiter, behind);
    const end = this.recordEndAt(behind);
    if (delimiter === Match.UNKNOWN || end === Match.UNKNOWN) return NONE;
    const ends = delimiter === Match.YES || end === Match.YES || behind === this.tail;
    if (!ends) this.unescaped = this.base + at;
    this.opened = NONE;
    return behind;
  }

  /** Sets `from`, `to` for the field at `upcomingAt` of the current record, and goes behind it. */
  private readField(): Field {
    const { bytes, stop } = this;
    let at = this.upcomingAt;
    if (this.quoted && this.within(this.quote, at)) {
      const from = at + this.quote.length;
      const to = this.closingQuote(from);
      this.from = from;
      this.to = to;
      const behind = to + this.quote.length;
      this.upcomingAt = behind >= stop ? stop + 1 : behind + this.delimiter.length;
      return this.escapes ? Field.ESCAPED : Field.PLAIN;
    }
    this.from = at;
    while (at < stop && !(this.special[bytes[at]!] === 1 && this.within(this.delimiter, at))) at++;
    this.to = at;
    this.upcomingAt = at === stop ? stop + 1 : at + this.delimiter.length;
    return Field.PLAIN;
  }

  private closingQuote(from: number): number {
    const { stop } = this;
    this.escapes = false;
    for (let at = from; at < stop; ) {
      const escaped = this.escapedAt(at, stop);
      if (escaped !== undefined) {
        this.escapes = true;
        at += this.before.length + escaped.length;
      } else if (this.within(this.quote, at)) return at;
      else at++;
    }
    return stop;
  }

  /** What an escape at `at` stands before, quote or escape, if there is one. */
  private escapedAt(at: number, to: number): Uint8Array | undefined {
    const { before, quote } = this;
    if (at + before.length >= to || !startsWith(this.bytes, at, before)) return undefined;
    const next = at + before.length;
    if (next + quote.length <= to && startsWith(this.bytes, next, quote)) return quote;
    if (!this.doubling && next + before.length <= to && startsWith(this.bytes, next, before)) return before;
    return undefined;
  }

  private within(sequence: Uint8Array, at: number): boolean {
    return at + sequence.length <= this.stop && startsWith(this.bytes, at, sequence);
  }
}
