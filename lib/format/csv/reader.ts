import { RAW_LIMIT } from '../../failure/index.ts';
import { Field, MAX_RECORD, Step, type TextReader } from '../reader.ts';
import { WindowReader } from '../window.ts';
import type { Dialect } from './dialect.ts';

export interface CsvReaderOptions {
  /** Byte of the object where the input begins. Behind 0, the header record is not looked for. Default: 0. */
  readonly at?: number;
  /** The column names, for a reader that begins behind the header record. */
  readonly header?: readonly string[];
}

/** What stands next in the object. */
const Phase = { MARK: 0, HEADER: 1, RECORDS: 2, OVER: 3 } as const;
type Phase = (typeof Phase)[keyof typeof Phase];

const NONE = -1;
const HEADER_UNREADABLE = 'the header record cannot be read';
/** Bytes kept before the place reached in a record too long to keep: no delimiter looks further back. */
const LOOKBEHIND = 64;

/**
 * Records of CSV, whatever the dialect: the header, comments, empty lines, and what is wrong with a record. How the end
 * of a record and the fields in it are found is a subclass's.
 *
 * Rulings, where no document says what S3 Select does:
 * - An empty line is no record (a single empty column is written `""`).
 * - A quote that does not begin a field is a letter like any other.
 * - What follows a closing quote must be a delimiter, else the record is bad (`CSVUnescapedQuote`): guessing where the
 *   field ends would deliver wrong values silently. Reading goes on behind the record.
 * - A comment's text is not looked into: its line ends at the next record delimiter.
 */
export abstract class CsvReader extends WindowReader implements TextReader {
  readonly kind = 'text';
  header: readonly string[] | undefined;
  from = 0;
  to = 0;

  protected readonly dialect: Dialect;
  /** Where the search for the current record's end goes on. */
  protected seek = 0;
  /** Where the current record begins in the window, or NONE when that is no longer kept. */
  protected first = 0;
  /** Behind the delimiter of the record that `find` found. */
  protected behind = 0;
  /** Whether a field of the record that is being looked for begins with a quote. */
  protected quoting = false;
  /** The same of the current record. */
  protected quoted = false;
  /** While a quoted field is open at `seek`: the byte of the object where it opened. Else NONE. */
  protected opened = NONE;
  /** The byte of the object where a quote closed a field that went on, or NONE. */
  protected unescaped = NONE;
  private phase: Phase;
  private commenting = false;
  /** How many fields the current record has, once a search ran out of them. */
  protected counted = NONE;
  private tooLong: { readonly offset: number; readonly raw: Uint8Array } | undefined = undefined;

  constructor(dialect: Dialect, options: CsvReaderOptions) {
    super(options);
    this.dialect = dialect;
    this.header = options.header;
    this.phase = this.base === 0 ? Phase.MARK : Phase.RECORDS;
  }

  /**
   * Looks for the end of the current record from `seek`. True: `stop` and `behind` are set. False: it is not in the
   * window, and `seek`, `quoting`, `opened` and `unescaped` keep what was learnt.
   */
  protected abstract find(): boolean;
  /** As `find`, for the last record of an object that does not end with a delimiter. */
  protected abstract findLast(): void;
  /** Index behind the next record delimiter from `from`, quotes meaning nothing, or NONE. */
  protected abstract findDelimiter(from: number): number;
  /** The fields of a new record are to be asked for. */
  protected abstract rewind(): void;
  abstract field(i: number): Field;
  abstract unquote(from: number, to: number): Uint8Array;

  count(): number {
    if (this.counted === NONE) {
      const { from, to } = this;
      for (let i = 0; this.counted === NONE; i++) this.field(i);
      this.from = from;
      this.to = to;
    }
    return this.counted;
  }

  next(): Step {
    this.failure = undefined;
    if (this.phase === Phase.MARK && !this.skipMark()) return Step.MORE;
    while (this.phase !== Phase.OVER) {
      if (this.dialect.comment !== undefined && !this.skipComments()) return Step.MORE;
      if (!this.find()) {
        this.giveUpTooLong();
        if (this.refill()) continue;
        if (!this.ended) return Step.MORE;
        if (this.head === this.tail && this.tooLong === undefined) return this.close();
        this.findLast();
        if (this.opened !== NONE && this.dialect.quotedRecordDelimiter) return this.failUnclosed();
      }
      const step = this.settle();
      if (step !== Step.MORE) return step;
    }
    return Step.MORE;
  }

  /** The record is found: it is handed out, or skipped (MORE), and the next one begins behind it. */
  private settle(): Step {
    const { first, behind, opened, unescaped } = this;
    const offset = this.tooLong === undefined ? this.base + first : this.tooLong.offset;
    const length = this.base + behind - offset;
    this.start = this.tooLong === undefined ? first : this.stop;
    this.offset = offset;
    this.length = length;
    this.counted = NONE;
    this.quoted = this.quoting;
    this.rewind();
    this.begin(behind);
    if (this.phase === Phase.HEADER) return this.readHeader(opened, unescaped);
    this.consumed = this.base + behind;
    if (this.stop === this.start && this.tooLong === undefined) return Step.MORE;
    return this.judge(opened, unescaped);
  }

  private judge(opened: number, unescaped: number): Step {
    if (this.tooLong !== undefined || this.stop - this.start > MAX_RECORD) {
      const raw = this.tooLong?.raw ?? this.bytes.subarray(this.start, this.stop);
      this.tooLong = undefined;
      const reason = `the record has ${this.length} bytes, more than the ${MAX_RECORD} that a record may have`;
      return this.bad('OverMaxRecordSize', reason, raw);
    }
    if (opened !== NONE) {
      const reason = `the quote at byte ${opened} is not closed in its record, and csv.quotedRecordDelimiter is off`;
      return this.bad('CSVParsingError', reason);
    }
    if (unescaped !== NONE) {
      return this.bad('CSVUnescapedQuote', `the quote at byte ${unescaped} closes a field that goes on behind it`);
    }
    const { header } = this;
    if (this.dialect.strict && header !== undefined && this.count() !== header.length) {
      const reason = `the record has ${plural(this.count())}, the header has ${plural(header.length)}`;
      return this.bad('FieldCountMismatch', reason);
    }
    return Step.RECORD;
  }

  private readHeader(opened: number, unescaped: number): Step {
    if (this.stop === this.start && this.tooLong === undefined) return Step.MORE;
    if (this.judge(opened, unescaped) === Step.BAD) {
      const { code, reason, raw } = this.failure!;
      return this.bad(code, `${HEADER_UNREADABLE}: ${reason}`, raw, true);
    }
    if (this.dialect.header === 'use') {
      const names: string[] = [];
      for (let i = 0, kind = this.field(0); kind !== Field.ABSENT; kind = this.field(++i)) {
        const cell =
          kind === Field.ESCAPED ? this.unquote(this.from, this.to) : this.bytes.subarray(this.from, this.to);
        names.push(Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString('utf8'));
      }
      this.header = names;
    }
    this.consumed = this.base + this.head;
    this.phase = Phase.RECORDS;
    return Step.MORE;
  }

  private bad(
    code: string,
    reason: string,
    raw: Uint8Array = this.bytes.subarray(this.start, this.stop),
    fatal = false,
  ): Step {
    this.fail(code, reason, raw, fatal);
    if (fatal) this.phase = Phase.OVER;
    return Step.BAD;
  }

  /** The object ends inside a quoted field, which may have swallowed any number of records: nobody can say which. */
  private failUnclosed(): Step {
    const raw = this.tooLong?.raw ?? this.bytes.subarray(this.head, this.tail);
    this.offset = this.tooLong?.offset ?? this.base + this.head;
    this.length = this.base + this.tail - this.offset;
    this.start = this.head;
    this.stop = this.tail;
    const inHeader = this.phase === Phase.HEADER;
    if (!inHeader) this.consumed = this.base + this.tail;
    this.head = this.tail;
    const reason = `the quote at byte ${this.opened} is not closed before the object ends`;
    return this.bad('CSVUnclosedQuote', inHeader ? `${HEADER_UNREADABLE}: ${reason}` : reason, raw, true);
  }

  private close(): Step {
    if (this.phase === Phase.RECORDS) this.consumed = this.base + this.head;
    this.phase = Phase.OVER;
    return Step.MORE;
  }

  /** Drops a UTF-8 byte order mark. False: too few bytes to tell. */
  private skipMark(): boolean {
    const mark = this.markLength();
    if (mark === NONE) return false;
    this.begin(this.head + mark);
    this.phase = this.dialect.header === 'none' ? Phase.RECORDS : Phase.HEADER;
    return true;
  }

  /** True: no comment stands at `head`, or the record there was already begun. False: more bytes are needed to tell. */
  private skipComments(): boolean {
    const comment = this.dialect.comment!;
    while (this.commenting || this.seek === this.first) {
      if (!this.commenting) {
        if (this.tail - this.head < comment.length) {
          if (this.refill()) continue;
          return this.ended;
        }
        if (!startsWith(this.bytes, this.head, comment)) return true;
        this.commenting = true;
      }
      const behind = this.findDelimiter(this.head);
      if (behind !== NONE) {
        this.commenting = false;
        this.begin(behind);
      } else {
        // The last bytes may be the first ones of a delimiter.
        this.begin(Math.max(this.head, this.tail - this.dialect.recordDelimiter.length + 1));
        if (this.refill()) continue;
        if (!this.ended) return false;
        this.commenting = false;
        this.begin(this.tail);
      }
      if (this.phase === Phase.RECORDS) this.consumed = this.base + this.head;
    }
    return true;
  }

  private begin(at: number): void {
    this.head = at;
    this.seek = at;
    this.first = at;
    this.quoting = false;
    this.opened = NONE;
    this.unescaped = NONE;
  }

  /** A record that is certainly too long is not kept: only its first bytes, where it began, and what its end needs. */
  private giveUpTooLong(): void {
    if (this.tail - this.head <= MAX_RECORD + LOOKBEHIND) return;
    this.tooLong ??= {
      offset: this.base + this.first,
      raw: Uint8Array.prototype.slice.call(this.bytes, this.head, this.head + RAW_LIMIT),
    };
    this.first = NONE;
    this.head = Math.max(this.head, this.seek - LOOKBEHIND);
  }

  protected override moved(by: number): void {
    this.seek -= by;
    if (this.first !== NONE) this.first -= by;
  }
}

const plural = (fields: number) => `${fields} field${fields === 1 ? '' : 's'}`;

export function startsWith(bytes: Uint8Array, at: number, sequence: Uint8Array): boolean {
  for (let i = 0; i < sequence.length; i++) if (bytes[at + i] !== sequence[i]) return false;
  return true;
}
