import { BEGIN, Keys } from './keys.ts';
import { checkKey, checkString, met, passSpace, skipSpace, validate, validateValue } from './scan.ts';
import { skipPlain, WORD, wordsOf } from './words.ts';

const PER_MEMBER = 3;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Where the members of an object stand, noted while its text is validated, so that nobody goes through it again. What
 * leads in member i, its comma or bracket, stands at `places[3i]`, before its key; its value begins at `places[3i + 1]`;
 * `places[3i + 2]` is the number that the reader knows its key by, or UNKNOWN.
 */
export class Members {
  /** How many; 0 for what is no object. */
  count = 0;
  /** Whether the value is certainly an object with no white space between its tokens; then it stands at [from, to). */
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
      this.compact = !this.keys.spaced;
      this.from = at;
      this.to = behind;
    }
    const rest = skipSpace(bytes, behind, to);
    return rest === to ? to : ~rest;
  }

  private object(bytes: Uint8Array, from: number, to: number): number {
    const words = wordsOf(bytes);
    const last = bytes.length - WORD;
    const { keys } = this;
    let { places } = this;
    let noted = 0;
    let key = BEGIN;
    let at = from;
    for (;;) {
      const lead = at;
      const guess = keys.after(key);
      // What stands behind `to` may be the guess, or end a string: then `to` is refused below, as it would be here.
      at = keys.match(words, last, guess, at);
      if (at >= 0) {
        key = guess;
      } else {
        at = passKey(bytes, lead, to, key === BEGIN);
        if (at < 0) return at;
        if (bytes[at - 1] === CLOSE) {
          this.count = noted / PER_MEMBER;
          return at;
        }
        key = keys.learn(words, lead, at, key);
      }
      if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
      if (noted === places.length) places = this.grow();
      places[noted] = lead;
      places[noted + 1] = at;
      places[noted + 2] = key;
      noted += PER_MEMBER;

      if (bytes[at] === QUOTE) {
        const end = skipPlain(words, last, at + 1, to);
        at = bytes[end] === QUOTE ? end + 1 : checkString(bytes, at, to);
      } else {
        at = validateValue(bytes, at, to, 1);
      }
      if (at < 0) return at;
    }
  }

  private grow(): Int32Array {
    const larger = new Int32Array(this.places.length * 2);
    larger.set(this.places);
    this.places = larger;
    return larger;
  }
}

/**
 * From the bracket or behind a value: behind the next key's colon and the white space there, or behind the closing bracket,
 * or `~at`, where `at` is the byte that cannot stand there.
 */
function passKey(bytes: Uint8Array, at: number, to: number, first: boolean): number {
  if (!first && bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
  if (at >= to) return ~to;
  if (!first && bytes[at] === CLOSE) return at + 1;
  if (!first && bytes[at] !== COMMA) return ~at;
  if (bytes[++at]! <= 0x20) at = passSpace(bytes, at, to);
  if (first && at < to && bytes[at] === CLOSE) return at + 1;
  at = checkKey(bytes, at, to);
  return at >= 0 && bytes[at]! <= 0x20 ? passSpace(bytes, at, to) : at;
}
