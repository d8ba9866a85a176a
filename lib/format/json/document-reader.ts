import { RAW_LIMIT } from '../../failure/index.ts';
import { type JsonReader, MAX_RECORD, type PathStep, Step } from '../reader.ts';
import { type WindowOptions, WindowReader } from '../window.ts';
import { Extent } from './extent.ts';
import { PathRows, type Step as PathStage, stepsOf } from './path.ts';
import { refusal, skipSpace, TO_CLOSE, validate, validateValue } from './scan.ts';

const NONE = -1;
const NOTHING = new Uint8Array(0);
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MALFORMED = 'JSONParsingError';

/** What stands next in the document. */
const Place = {
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
interface Level {
  readonly stage: PathStage;
  /** Whether the path went on from here at least once. */
  led: boolean;
  /** Elements begun, for `[n]`. */
  elements: number;
}

/** What the value that is being measured is for. */
const Role = { RECORD: 0, MISSING: 1, SKIPPED: 2 } as const;
type Role = (typeof Role)[keyof typeof Role];

/** Of one move in the document: the cursor's steps, or that nothing is to be handed out yet. */
const ON = -1;
const END = -2;

/**
 * A document of any size: root values one after another, with white space or a comma between them. The FROM path up to
 * its last `[*]` is walked as the bytes pass; each element that it reaches is a record, whole in the window, in which
 * the path's last names, indexes and `.*` are then looked up. Without a `[*]` behind the first, the root values are the records.
 *
 * - A row that is MISSING because the path ended above its last `[*]` has as its record the byte that told so: the closing
 *   bracket of the container without the name or element, or the value that is no container. So offsets only ever grow.
 * - A record that is no JSON is bad, and reading goes on behind it where its quotes and brackets close. Around records
 *   nothing can be guessed: there malformed JSON is fatal. What the path passes by is checked likewise, up to MAX_RECORD
 *   bytes a value; longer values are only counted through.
 * - `consumed` is either behind a record in the innermost array of the path, where `,` or `]` follows, or before a root
 *   value: so a reader that starts there can tell from the first byte where in the document it is.
 */
export class JsonDocumentReader extends WindowReader implements JsonReader {
  readonly kind = 'json';
  private readonly stages: readonly PathStage[];
  private readonly rows: PathRows | undefined;
  private readonly levels: Level[] = [];
  private readonly extent = new Extent();
  private place: Place;
  /** Whether the path goes on in the value that stands next. */
  private wanted = true;
  private role: Role = Role.SKIPPED;
  /** While a value is measured: the byte of the object where it begins, else NONE; and how far it was gone through. */
  private began = NONE;
  private reached = 0;
  /** Where the record ends that the rows still come from, and what was consumed before it. */
  private recordStop = 0;
  private before = 0;
  private tooLong: Uint8Array | undefined = undefined;
  private missing: { readonly offset: number; readonly length: number } | undefined = undefined;

  constructor(path: readonly PathStep[], options: WindowOptions = {}) {
    super(options);
    const steps = stepsOf(path);
    // Members are not walked as the bytes pass: an object that `.*` goes through is in a record whole.
    const members = steps.findIndex((step) => step.kind === 'values');
    const walked = members < 0 ? steps : steps.slice(0, members);
    const last = walked.findLastIndex((step) => step.kind === 'each');
    this.stages = steps.slice(0, last + 1);
    const inner = steps.slice(last + 1);
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

  protected override moved(by: number): void {
    this.reached -= by;
  }

  /** Over the next byte of the document's structure. */
  private move(): Step | typeof ON {
    if (this.place === Place.OVER) return Step.MORE;
    if (this.place === Place.MARK) {
      const mark = this.markLength();
      if (mark === NONE) return Step.MORE;
      this.head += mark;
      this.place = Place.ROOT;
    }
    const byte = this.peek();
    if (byte === NONE) return Step.MORE;
    switch (this.place) {
      case Place.RESUME:
        return this.resume(byte);
      case Place.BETWEEN:
        if (byte === COMMA) this.head++;
        this.place = Place.ROOT;
        return ON;
      case Place.ROOT:
        return this.beginRoot(byte);
      case Place.FIRST:
      case Place.NEXT:
        return this.goOn(byte);
      case Place.KEY:
        return byte === QUOTE ? this.readKey() : this.malformed(byte);
      case Place.COLON:
        if (byte !== COLON) return this.malformed(byte);
        this.head++;
        this.place = Place.VALUE;
        return ON;
      default:
        return this.beginValue(byte);
    }
  }

  /** The first byte that is not white space; NONE: it has not come yet; END: there is none. */
  private peek(): number {
    for (;;) {
      this.head = skipSpace(this.bytes, this.head, this.tail);
      if (this.head < this.tail) return this.bytes[this.head]!;
      if (!this.refill()) return this.ended ? END : NONE;
    }
  }

  private resume(byte: number): typeof ON {
    const inside = this.stages.length > 0 && (byte === COMMA || byte === CLOSE_ARRAY);
    if (inside) {
      for (const stage of this.stages) this.enter(stage, true);
      this.place = Place.NEXT;
    } else {
      this.place = this.stages.length === 0 ? Place.BETWEEN : Place.ROOT;
    }
    return ON;
  }

  private beginRoot(byte: number): Step | typeof ON {
    this.consumed = this.base + this.head;
    if (this.missing !== undefined) return this.showMissing(this.missing);
    if (byte === END) {
      this.place = Place.OVER;
      return Step.MORE;
    }
    this.wanted = true;
    this.place = Place.VALUE;
    return ON;
  }

  private beginValue(byte: number): Step | typeof ON {
    if (!beginsValue(byte)) return this.malformed(byte);
    const stage = this.stages[this.levels.length];
    const parent = this.levels.at(-1);
    if (this.wanted && parent !== undefined) parent.led = true;
    if (this.wanted && stage !== undefined && byte === openingOf(stage)) {
      this.enter(stage, false);
      this.head++;
      this.place = Place.FIRST;
      return ON;
    }
    if (!this.wanted) this.role = Role.SKIPPED;
    else this.role = stage === undefined ? Role.RECORD : Role.MISSING;
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

  private enter(stage: PathStage, led: boolean): void {
    this.levels.push({ stage, led, elements: 0 });
  }

  /** In a container: to its next member, or out of it. */
  private goOn(byte: number): Step | typeof ON {
    const level = this.levels.at(-1)!;
    const { stage } = level;
    const opening = openingOf(stage);
    if (byte === opening + TO_CLOSE) return this.leave(level);
    if (this.place === Place.NEXT) {
      if (byte !== COMMA) return this.malformed(byte);
      this.head++;
    }
    if (opening === OPEN_OBJECT) {
      this.place = Place.KEY;
      return ON;
    }
    this.wanted = stage.kind === 'each' || (stage.kind === 'index' && !level.led && level.elements === stage.index);
    level.elements++;
    this.place = Place.VALUE;
    return ON;
  }

  private leave({ led }: Level): Step | typeof ON {
    this.levels.pop();
    this.head++;
    this.place = this.levels.length === 0 ? Place.BETWEEN : Place.NEXT;
    if (!led) this.missing = { offset: this.base + this.head - 1, length: 1 };
    return led ? ON : this.showInner();
  }

  private readKey(): Step | typeof ON {
    const { extent, bytes, head } = this;
    extent.begin(QUOTE);
    const behind = extent.scan(bytes, head, this.tail);
    if (behind === NONE) {
      if (this.tail - head > MAX_RECORD)
        return this.fatal(`the key at byte ${this.base + head} has more than ${MAX_RECORD} bytes`);
      if (this.refill()) return ON;
      return this.ended ? this.fatal(`the document ends inside the key at byte ${this.base + head}`) : Step.MORE;
    }
    if (validate(bytes, head, behind) < 0) return this.fatal(`the key at byte ${this.base + head} is no JSON string`);
    const level = this.levels.at(-1)!;
    this.wanted = !level.led && level.stage.kind === 'name' && level.stage.name.matches(bytes, head + 1, behind - 1);
    this.head = behind;
    this.place = Place.COLON;
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
  private showInner(): Step | typeof ON {
    return this.levels.length === 0 ? ON : this.showMissing(this.missing!);
  }

  private showMissing({ offset, length }: { readonly offset: number; readonly length: number }): Step {
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

  private malformed(byte: number): Step {
    if (byte === END) return this.fatal(`the document ends at byte ${this.base + this.head}, inside a value`);
    return this.fatal(
      `malformed JSON at byte ${this.base + this.head}: byte 0x${byte.toString(16).padStart(2, '0')} cannot stand there`,
    );
  }

  private fatal(reason: string): Step {
    this.offset = this.base + this.head;
    this.length = 0;
    this.start = this.head;
    this.stop = this.head;
    this.fail(MALFORMED, reason, NOTHING, true);
    this.place = Place.OVER;
    return Step.BAD;
  }
}

function openingOf(stage: PathStage): number {
  return stage.kind === 'name' ? OPEN_OBJECT : OPEN_ARRAY;
}

/** Whether a byte begins something whose end can be told: a value, or a word that is none and is refused whole. */
function beginsValue(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT;
}
