import { type JsonReader, MAX_RECORD, type PathStep, Step } from '../reader.ts';
import type { WindowOptions } from '../window.ts';
import { DocumentValues, type Level, ON, Place, Role } from './document-values.ts';
import { type Step as PathStage, stepsOf } from './path.ts';
import { skipSpace, TO_CLOSE, validate } from './scan.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** In the place of a byte: it has not come yet; there is none. */
const NONE = -1;
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
export class JsonDocumentReader extends DocumentValues implements JsonReader {
  readonly kind = 'json';
  private readonly stages: readonly PathStage[];
  /** Whether the path goes on in the value that stands next. */
  private wanted = true;

  constructor(path: readonly PathStep[], options: WindowOptions = {}) {
    const steps = stepsOf(path);
    // Members are not walked as the bytes pass: an object that `.*` goes through is in a record whole.
    const members = steps.findIndex((step) => step.kind === 'values');
    const walked = members < 0 ? steps : steps.slice(0, members);
    const last = walked.findLastIndex((step) => step.kind === 'each');
    super(steps.slice(last + 1), options);
    this.stages = steps.slice(0, last + 1);
  }

  protected override move(): Step | typeof ON {
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
    if (!this.wanted) return this.begin(byte, Role.SKIPPED);
    return this.begin(byte, stage === undefined ? Role.RECORD : Role.MISSING);
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

  private malformed(byte: number): Step {
    if (byte === END) return this.fatal(`the document ends at byte ${this.base + this.head}, inside a value`);
    return this.fatal(
      `malformed JSON at byte ${this.base + this.head}: byte 0x${byte.toString(16).padStart(2, '0')} cannot stand there`,
    );
  }
}

function openingOf(stage: PathStage): number {
  return stage.kind === 'name' ? OPEN_OBJECT : OPEN_ARRAY;
}

/** Whether a byte begins something whose end can be told: a value, or a word that is none and is refused whole. */
function beginsValue(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT;
}
