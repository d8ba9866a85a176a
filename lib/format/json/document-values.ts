import { RAW_LIMIT } from '../../failure/index.ts';
import { MAX_RECORD, Step } from '../reader.ts';
import { type WindowOptions, WindowReader } from '../window.ts';
import { Extent } from './extent.ts';
import { PathRows, type Step as PathStage } from './path.ts';
import { refusal, validate, validateValue } from './scan.ts';

const NONE = -1;
const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const NOTHING = new Uint8Array(0);
const MALFORMED = 'JSONParsingError';

/** What stands next in the document. */
export const Place = {
  MARK: 0,
  RESUME: 1,
  ROOT: 2,
  VALUE: 3,
  FIRST: 4,
  KEY: 5,
  COLON: 6,
  NEXT: 7,
  BETWEEN: 8,
  OVER: 9,
} as const;
type Place = (typeof Place)[keyof typeof Place];

/** A container that the path leads through. */
export interface Level {
  readonly stage: PathStage;
  /** Whether the path went on from here at least once. */
  led: boolean;
  /** Elements begun, for `[n]`. */
  elements: number;
}

/** What the value that is being measured is for. */
export const Role = { RECORD: 0, MISSING: 1, SKIPPED: 2 } as const;
type Role = (typeof Role)[keyof typeof Role];

/** Of one move in the document: beside the reader's steps, that nothing is to be handed out yet. */
export const ON = -1;

/**
 * The values of a document, one after another: each from its first byte to its last, whatever its size, and what comes of
 * it: the rows of a record, one that is MISSING, or nothing. Where in the document they stand is for `JsonDocumentReader`.
 */
export abstract class DocumentValues extends WindowReader {
  protected place: Place;
  /** The containers around what stands next, as far as the path leads through them. */
  protected readonly levels: Level[] = [];
  protected readonly extent = new Extent();
  /** While a value is measured: the byte of the object where it begins, else NONE; and how far it was gone through. */
  private began = NONE;
  private reached = 0;
  private role: Role = Role.SKIPPED;
  private tooLong: Uint8Array | undefined = undefined;
  private readonly rows: PathRows | undefined;
  /** Where the record ends that the rows still come from, and what was consumed before it. */
  private recordStop = 0;
  private before = 0;
  protected missing: { readonly offset: number; readonly length: number } | undefined = undefined;

  /** `inner` are the path's steps inside a record. */
  constructor(inner: readonly PathStage[], options: WindowOptions) {
    super(options);
    this.rows = inner.length === 0 ? undefined : new PathRows(inner);
    this.place = this.base === 0 ? Place.MARK : Place.RESUME;
  }

  next(): Step {
    this.failure = undefined;
    if (this.rows?.more) {
      this.rows.next(this.bytes, this.recordStop);
      return this.showRow(this.rows);
    }
    for (;;) {
      const step = this.began === NONE ? this.move() : this.measure();
      if (step !== ON) return step;
    }
  }

  /** Over the next byte of the document's structure. */
  protected abstract move(): Step | typeof ON;

  protected override moved(by: number): void {
    this.reached -= by;
  }

  /** Begins the value at `head`, of which `byte` is the first. */
  protected begin(byte: number, role: Role): Step | typeof ON {
    this.role = role;
    this.began = this.base + this.head;
    // Nearly every value is valid and whole in the window: then one look at it is enough.
    const behind =
      byte === QUOTE || byte === OPEN_OBJECT || byte === OPEN_ARRAY
        ? validateValue(this.bytes, this.head, this.tail)
        : NONE;
    if (behind >= 0 && behind - this.head <= MAX_RECORD) return this.settle(behind, true);
    this.reached = this.head;
    this.extent.begin(byte);
    return ON;
  }

  /** Through the value that was begun, to its end. */
  private measure(): Step | typeof ON {
    let behind = this.extent.scan(this.bytes, this.reached, this.tail);
    if (behind === NONE) {
      this.reached = this.tail;
      if (this.tail - this.head > MAX_RECORD) this.letGo();
      if (this.refill()) return ON;
      if (!this.ended) return Step.MORE;
      if (!this.extent.scalar) return this.unclosed();
      behind = this.tail;
    }
    return this.settle(behind, false);
  }

  /** The value that was begun ends before `behind`. */
  private settle(behind: number, valid: boolean): Step | typeof ON {
    this.offset = this.began;
    this.length = this.base + behind - this.began;
    this.start = this.head;
    this.stop = behind;
    this.head = behind;
    this.began = NONE;
    this.place = this.levels.length === 0 ? Place.BETWEEN : Place.NEXT;
    this.before = this.consumed;
    if (this.role === Role.RECORD) this.consumed = this.base + behind;
    return this.judge(valid);
  }

  private judge(valid: boolean): Step | typeof ON {
    const { bytes, start, stop, tooLong, role } = this;
    this.tooLong = undefined;
    if (tooLong !== undefined || this.length > MAX_RECORD) {
      if (role === Role.SKIPPED) return ON;
      if (role === Role.RECORD) {
        const reason = `the value has ${this.length} bytes, more than the ${MAX_RECORD} that a record may have; a FROM path that leads into it with [*] reads it element by element`;
        this.fail('OverMaxRecordSize', reason, tooLong ?? bytes.subarray(start, stop));
        return Step.BAD;
      }
    } else if (!valid) {
      const end = validate(bytes, start, stop);
      if (end < 0) {
        this.fail(
          MALFORMED,
          `malformed JSON at byte ${this.offset + ~end - start}: ${refusal(bytes, start, ~end, stop)}`,
          bytes.subarray(start, stop),
        );
        return Step.BAD;
      }
    }
    if (role === Role.SKIPPED) return ON;
    if (role === Role.MISSING) {
      this.missing = { offset: this.offset, length: this.length };
      return this.showInner();
    }
    if (this.rows !== undefined) {
      this.rows.first(bytes, start, stop);
      this.recordStop = stop;
      return this.showRow(this.rows);
    }
    return Step.RECORD;
  }

  /** A record is consumed only with its last row. */
  private showRow(rows: PathRows): Step {
    this.start = rows.from;
    this.stop = rows.to;
    this.consumed = rows.more ? this.before : this.offset + this.length;
    return Step.RECORD;
  }

  /** Between root values a MISSING row waits for what follows, since `consumed` can only then move on. */
  protected showInner(): Step | typeof ON {
    return this.levels.length === 0 ? ON : this.showMissing(this.missing!);
  }

  protected showMissing({ offset, length }: { readonly offset: number; readonly length: number }): Step {
    this.missing = undefined;
    this.offset = offset;
    this.length = length;
    this.start = this.head;
    this.stop = this.head;
    return Step.RECORD;
  }

  private letGo(): void {
    this.tooLong ??= Uint8Array.prototype.slice.call(this.bytes, this.head, this.head + RAW_LIMIT);
    this.head = this.tail;
  }

  private unclosed(): Step {
    this.offset = this.began;
    this.length = this.base + this.tail - this.began;
    this.fail(
      MALFORMED,
      `the document ends inside the value that begins at byte ${this.began}`,
      this.tooLong ?? this.bytes.subarray(this.head, this.tail),
      true,
    );
    this.began = NONE;
    this.place = Place.OVER;
    return Step.BAD;
  }

  protected fatal(reason: string): Step {
    this.offset = this.base + this.head;
    this.length = 0;
    this.start = this.head;
    this.stop = this.head;
    this.fail(MALFORMED, reason, NOTHING, true);
    this.place = Place.OVER;
    return Step.BAD;
  }
}
