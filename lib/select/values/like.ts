import { RecordError } from './record-error.ts';

/** In a pattern's units: any one character, any number of characters. Other units are bytes of UTF-8. */
const ONE = 256;
const MANY = 257;
const PERCENT = 0x25;
const UNDERSCORE = 0x5f;

/**
 * A LIKE pattern made ready, for bytes of UTF-8. `%` is any number of characters and `_` exactly one; `escaper` takes the
 * meaning from the character behind it. Throws RecordError `EvaluatorLikePatternInvalidEscapeSequence`.
 */
export class LikePattern {
  private readonly units: Uint16Array;
  /** The pattern's literal bytes when it is of the form `x`, `x%`, `%x` or `%x%`. */
  private readonly plain: Buffer | undefined;
  private readonly open: boolean;
  private readonly close: boolean;

  constructor(pattern: string, escaper?: string) {
    const units = unitsOf(pattern, escaper);
    this.units = Uint16Array.from(units);
    this.open = units[0] === MANY;
    this.close = units.length > 1 && units.at(-1) === MANY;
    const inner = units.slice(this.open ? 1 : 0, this.close ? -1 : units.length);
    this.plain = inner.every((unit) => unit < ONE) ? Buffer.from(inner) : undefined;
  }

  matchesText(text: string): boolean {
    const bytes = Buffer.from(text);
    return this.matches(bytes, 0, bytes.length);
  }

  matches(bytes: Uint8Array, from: number, to: number): boolean {
    const { plain } = this;
    if (plain === undefined) return this.matchesUnits(bytes, from, to);
    const spare = to - from - plain.length;
    if (spare < 0) return false;
    if (!this.open) return (this.close || spare === 0) && startsWith(bytes, from, plain);
    if (!this.close) return startsWith(bytes, to - plain.length, plain);
    for (let at = from; at <= from + spare; at++) if (startsWith(bytes, at, plain)) return true;
    return false;
  }

  /** Takes each `%` as short as it can be, and one character longer whenever what follows does not fit. */
  private matchesUnits(bytes: Uint8Array, from: number, to: number): boolean {
    const { units } = this;
    let at = from;
    let u = 0;
    let retryUnit = -1;
    let retryAt = from;
    while (at < to) {
      const unit = units[u];
      if (unit === MANY) {
        retryUnit = ++u;
        retryAt = at;
      } else if (unit === ONE) {
        at = nextCharacter(bytes, at, to);
        u++;
      } else if (unit === bytes[at]) {
        at++;
        u++;
      } else if (retryUnit >= 0) {
        retryAt = nextCharacter(bytes, retryAt, to);
        at = retryAt;
        u = retryUnit;
      } else {
        return false;
      }
    }
    while (units[u] === MANY) u++;
    return u === units.length;
  }
}

function unitsOf(pattern: string, escaper: string | undefined): number[] {
  if (escaper !== undefined && [...escaper].length !== 1) {
    throw new RecordError('EvaluatorLikePatternInvalidEscapeSequence', 'ESCAPE is not one character');
  }
  const units: number[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    let character = characters[i]!;
    const escaped = character === escaper;
    if (escaped) {
      character = characters[++i] ?? '';
      if (character !== '%' && character !== '_' && character !== escaper) {
        const reason = 'in a LIKE pattern the escape character stands before something other than %, _ or itself';
        throw new RecordError('EvaluatorLikePatternInvalidEscapeSequence', reason);
      }
    }
    const code = character.codePointAt(0)!;
    if (!escaped && code === UNDERSCORE) units.push(ONE);
    else if (!escaped && code === PERCENT) {
      // Two in a row mean what one means.
      if (units.at(-1) !== MANY) units.push(MANY);
    } else units.push(...Buffer.from(character));
  }
  return units;
}

function startsWith(bytes: Uint8Array, at: number, literal: Buffer): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

function nextCharacter(bytes: Uint8Array, at: number, to: number): number {
  at++;
  while (at < to && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}
