import { KEYS_END, UNKNOWN } from '../../format/json/keys.ts';
import type { Members } from '../../format/json/members.ts';
import { firstElement, nextElement, skipSpace, skipValue } from '../../format/json/scan.ts';
import type { JsonReader } from '../../format/reader.ts';
import type { ColumnStep } from '../ast.ts';
import { RecordError } from '../values/record-error.ts';
import { WantedName } from './json-name.ts';
import { Found, type Span } from './span.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const NONE = -1;
const AMBIGUOUS = -2;

/** What a key is to the query, when it is not one name's. */
const IGNORED = -1;
const SEVERAL = -2;

/** A path into a value, ready for bytes. */
export type PathInto = readonly (WantedName | number)[];

export function pathInto(steps: readonly ColumnStep[]): PathInto {
  return steps.map((step) => (step.kind === 'name' ? new WantedName(step.name, step.exact) : step.index));
}

/**
 * The current row of a JSON reader. The row's object is gone through once, for all the names that the query asks for;
 * `names` is what they are, and each asks by its place among them.
 */
export class JsonRow implements Span {
  readonly reader: JsonReader;
  from = 0;
  to = 0;
  private readonly names: readonly WantedName[];
  /** Where the value of each name begins: NONE if there is none, AMBIGUOUS if there are several. */
  private readonly at: Int32Array;
  /** For each key that the reader knows by a number: 1 + the name whose it is, IGNORED, SEVERAL, or 0: not looked at yet. */
  private readonly uses = new Int32Array(KEYS_END);
  private scanned = false;
  /** Where the last key ended, whether it was ASCII without escapes. */
  private keyPlain = true;

  constructor(reader: JsonReader, names: readonly WantedName[]) {
    this.reader = reader;
    this.names = names;
    this.at = new Int32Array(names.length);
  }

  get bytes(): Uint8Array {
    return this.reader.bytes;
  }

  /** To be called when the reader has gone on. */
  begin(): void {
    this.scanned = false;
  }

  /** The row's own value. */
  whole(): Found {
    const { bytes, start, stop } = this.reader;
    if (start === stop) return Found.MISSING;
    return this.show(bytes, skipSpace(bytes, start, stop), stop);
  }

  /** Shows the value that begins at `at`. */
  valueAt(at: number): Found {
    return this.show(this.reader.bytes, at, this.reader.stop);
  }

  /** The value of name `n`, or of a path below it. Throws RecordError `AmbiguousFieldName`. */
  member(n: number, rest: PathInto): Found {
    if (!this.scanned) this.scan();
    const at = this.at[n]!;
    if (at === AMBIGUOUS) throw ambiguous();
    return at === NONE ? Found.MISSING : this.into(at, rest);
  }

  /** The value at the end of a path that begins at the row's own value. */
  path(path: PathInto): Found {
    const { bytes, start, stop } = this.reader;
    return start === stop ? Found.MISSING : this.into(skipSpace(bytes, start, stop), path);
  }

  private into(at: number, path: PathInto): Found {
    const { bytes, stop } = this.reader;
    for (let i = 0; i < path.length && at >= 0; i++) {
      const step = path[i]!;
      at = typeof step === 'number' ? this.element(at, step) : this.find(at, step);
    }
    return at < 0 ? Found.MISSING : this.show(bytes, at, stop);
  }

  private element(at: number, index: number): number {
    const { bytes, stop } = this.reader;
    if (bytes[at] !== 0x5b) return NONE;
    at = firstElement(bytes, at, stop);
    for (let i = 0; i < index && at >= 0; i++) at = nextElement(bytes, skipValue(bytes, at, stop), stop);
    return at;
  }

  private find(at: number, name: WantedName): number {
    const { bytes, stop } = this.reader;
    if (bytes[at] !== 0x7b) return NONE;
    let found = NONE;
    at = skipSpace(bytes, at + 1, stop);
    while (bytes[at] === QUOTE) {
      const keyEnd = this.keyEnd(bytes, at + 1);
      const value = skipSpace(bytes, skipSpace(bytes, keyEnd + 1, stop) + 1, stop);
      if (name.matches(bytes, at + 1, keyEnd, this.keyPlain)) {
        if (found !== NONE) throw ambiguous();
        found = value;
      }
      at = skipSpace(bytes, skipValue(bytes, value, stop), stop);
      if (bytes[at] !== COMMA) break;
      at = skipSpace(bytes, at + 1, stop);
    }
    return found;
  }

  private scan(): void {
    this.scanned = true;
    const { bytes, start, stop, members } = this.reader;
    this.at.fill(NONE);
    if (members !== undefined) {
      this.scanMembers(bytes, members);
      return;
    }
    let at = skipSpace(bytes, start, stop);
    if (at === stop || bytes[at] !== 0x7b) return;
    at = skipSpace(bytes, at + 1, stop);
    while (bytes[at] === QUOTE) {
      const keyEnd = this.keyEnd(bytes, at + 1);
      const value = skipSpace(bytes, skipSpace(bytes, keyEnd + 1, stop) + 1, stop);
      this.note(bytes, at + 1, keyEnd, value);
      at = skipSpace(bytes, skipValue(bytes, value, stop), stop);
      if (bytes[at] !== COMMA) break;
      at = skipSpace(bytes, at + 1, stop);
    }
  }

  private scanMembers(bytes: Uint8Array, { count, places }: Members): void {
    const { uses, at } = this;
    for (let i = 0; i < count * 3; i += 3) {
      const key = places[i + 2]!;
      const use = uses[key]!;
      if (use === IGNORED) continue;
      const value = places[i + 1]!;
      if (use > 0) {
        at[use - 1] = at[use - 1] === NONE ? value : AMBIGUOUS;
        continue;
      }
      let from = places[i]!;
      while (bytes[from] !== QUOTE) from++;
      from++;
      const noted = this.note(bytes, from, this.keyEnd(bytes, from), value);
      if (key !== UNKNOWN) uses[key] = noted;
    }
  }

  /** Returns what the key is to the query. */
  private note(bytes: Uint8Array, from: number, to: number, value: number): number {
    const { names, at } = this;
    let use = IGNORED;
    for (let n = 0; n < names.length; n++) {
      if (!names[n]!.matches(bytes, from, to, this.keyPlain)) continue;
      at[n] = at[n] === NONE ? value : AMBIGUOUS;
      use = use === IGNORED ? n + 1 : SEVERAL;
    }
    return use;
  }

  /** The quote that ends a key whose first byte stands at `at`. */
  private keyEnd(bytes: Uint8Array, at: number): number {
    let seen = 0;
    let plain = true;
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
      seen |= byte;
      if (byte === BACKSLASH) {
        plain = false;
        at++;
      }
    }
    this.keyPlain = plain && seen < 0x80;
    return at;
  }

  private show(bytes: Uint8Array, at: number, stop: number): Found {
    const byte = bytes[at]!;
    if (byte === QUOTE) return this.showString(bytes, at + 1);
    this.from = at;
    this.to = skipValue(bytes, at, stop);
    switch (byte) {
      case 0x7b:
        return Found.STRUCT;
      case 0x5b:
        return Found.LIST;
      case 0x74:
        return Found.TRUE;
      case 0x66:
        return Found.FALSE;
      case 0x6e:
        return Found.NULL;
      default:
        return Found.NUMBER;
    }
  }

  private showString(bytes: Uint8Array, at: number): Found {
    this.from = at;
    let found: Found = Found.TEXT;
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
      if (byte === BACKSLASH) {
        found = Found.ESCAPED;
        at++;
      }
    }
    this.to = at;
    return found;
  }
}

function ambiguous(): RecordError {
  return new RecordError('AmbiguousFieldName', 'the object has several members of a name that the query uses');
}
