import { BEGIN, Keys, UNKNOWN } from './keys.ts';
import { checkString, met, passSpace, skipSpace, validate, validateValue } from './scan.ts';
import { skipPlain, wordsOf } from './words.ts';

const PER_MEMBER = 3;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Where the members of an object stand, noted while its text is validated, so that nobody goes through it again. Member i
 * has its key, between the quotes, at `places[3i]`; its value begins at `places[3i + 1]`; `places[3i + 2]` is the key's
 * number among all records' (see `Keys`), or UNKNOWN.
 */
export class Members {
  /** How many; 0 for what is no object. */
  count = 0;
  /** Whether the value is an object with no white space between its tokens; then it stands at [from, to). */
  compact = false;
  from = 0;
  to = 0;
  places: Int32Array = new Int32Array(64 * PER_MEMBER);
  private readonly keys = new Keys();

  /** As the function of this name in `scan.ts`, and notes the members. After a refusal they mean nothing. */
  validate(bytes: Uint8Array, from: number, to: number): number {
    this.count = 0;
    this.compact = false;
    const at = skipSpace(bytes, from, to);
    if (at >= to || bytes[at] !== OPEN) return validate(bytes, at, to);
    met.space = false;
    const behind = this.object(bytes, at, to);
    if (behind < 0) return behind;
    if (!met.space) {
      this.compact = true;
      this.from = at;
      this.to = behind;
    }
    const rest = skipSpace(bytes, behind, to);
    return rest === to ? to : ~rest;
  }

  private object(bytes: Uint8Array, from: number, to: number): number {
    const words = wordsOf(bytes);
    const { keys } = this;
    let { places } = this;
    let noted = 0;
    let key = BEGIN;
    let at = from + 1;
    if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
    if (at >= to) return ~to;
    if (bytes[at] === CLOSE) return at + 1;
    for (;;) {
      const keyAt = at;
      const guess = keys.after(key);
      at = keys.match(words, guess, keyAt, to);
      if (at >= 0) {
        key = guess;
      } else {
        if (keyAt >= to || bytes[keyAt] !== QUOTE) return ~Math.min(keyAt, to);
        met.escape = false;
        at = checkString(bytes, keyAt, to);
        if (at < 0) return at;
        key = met.escape ? UNKNOWN : keys.learn(words, keyAt, at, key);
      }
      if (bytes[at] !== COLON) at = passSpace(bytes, at, to);
      if (at >= to || bytes[at] !== COLON) return ~Math.min(at, to);
      if (bytes[++at]! <= 0x20) at = passSpace(bytes, at, to);
      if (noted === places.length) places = this.grow();
      places[noted] = keyAt + 1;
      places[noted + 1] = at;
      places[noted + 2] = key;
      noted += PER_MEMBER;

      if (bytes[at] === QUOTE) {
        const end = skipPlain(bytes, words, at + 1, to);
        at = end < to && bytes[end] === QUOTE ? end + 1 : checkString(bytes, at, to);
      } else {
        at = validateValue(bytes, at, to, 1);
      }
      if (at < 0) return at;
      if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
      if (at >= to) return ~to;
      const byte = bytes[at]!;
      if (byte !== COMMA) {
        if (byte !== CLOSE) return ~at;
        this.count = noted / PER_MEMBER;
        return at + 1;
      }
      if (bytes[++at]! <= 0x20) at = passSpace(bytes, at, to);
    }
  }

  private grow(): Int32Array {
    const larger = new Int32Array(this.places.length * 2);
    larger.set(this.places);
    this.places = larger;
    return larger;
  }
}
