import { RecordError } from './record-error.ts';

/** The most significant digits of a decimal. Results with more are rounded, halves to even. */
export const DIGITS = 38;
const LIMIT = 10n ** 38n;
/** So many digits are always a safe integer. */
const SAFE_DIGITS = 15;
const SAFE = 10n ** 15n;
const MAX_EXPONENT = 2 ** 31 - 1;
const MIN_EXPONENT = -(2 ** 31);
const POWERS: bigint[] = [1n];
/** Powers of ten that a double holds exactly. */
const DOUBLE_POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

function power(n: number): bigint {
  for (let i = POWERS.length; i <= n && i < 200; i++) POWERS.push(POWERS[i - 1]! * 10n);
  return POWERS[n] ?? 10n ** BigInt(n);
}

const abs = (n: bigint) => (n < 0n ? -n : n);

function digits(n: bigint): number {
  const m = abs(n);
  return m < SAFE ? String(Number(m)).length : m.toString().length;
}

/** Division that rounds halves to even. */
function divideRounded(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  const twice = abs(n % d) * 2n;
  const size = abs(d);
  if (twice < size || (twice === size && quotient % 2n === 0n)) return quotient;
  return n < 0n === d < 0n ? quotient + 1n : quotient - 1n;
}

const isSafe = (n: bigint) => n <= Number.MAX_SAFE_INTEGER && n >= Number.MIN_SAFE_INTEGER;

function checkedExponent(exponent: number): number {
  if (exponent <= MAX_EXPONENT && exponent >= MIN_EXPONENT) return exponent;
  throw new RecordError('NumberFormatError', 'a decimal exponent is outside −2^31 … 2^31−1');
}

/** A base-10 number: coefficient × 10^exponent, at most 38 significant digits. Trailing zeros are kept: 1.50 stays 1.50. */
export class Decimal {
  /** The coefficient: a `number` while it is a safe integer, else a `bigint`. Most are few digits, and bigints are slow. */
  readonly unscaled: number | bigint;
  readonly exponent: number;

  private constructor(unscaled: number | bigint, exponent: number) {
    this.unscaled = unscaled;
    this.exponent = exponent;
  }

  get coefficient(): bigint {
    return BigInt(this.unscaled);
  }

  /** Rounds to 38 digits. Throws RecordError `NumberFormatError` when the exponent leaves −2^31 … 2^31−1. */
  static of(coefficient: bigint, exponent = 0): Decimal {
    if (coefficient >= LIMIT || coefficient <= -LIMIT) {
      const over = digits(coefficient) - DIGITS;
      return Decimal.of(divideRounded(coefficient, power(over)), exponent + over);
    }
    return new Decimal(isSafe(coefficient) ? Number(coefficient) : coefficient, checkedExponent(exponent));
  }

  /** Of a coefficient that is a safe integer. Throws as `of` does. */
  static ofSafe(coefficient: number, exponent: number): Decimal {
    // There is no negative zero.
    return new Decimal(coefficient + 0, checkedExponent(exponent));
  }

  /** Reads `[+-]digits[.digits][e[+-]digits]`; undefined for anything else. */
  static parse(text: string): Decimal | undefined {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text);
    if (match === null) return undefined;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
    if (whole === '' && fraction === '') return undefined;
    const digits = whole + fraction;
    const scale = Number(exponent) - fraction.length;
    if (digits.length <= SAFE_DIGITS) return Decimal.ofSafe(sign === '-' ? -Number(digits) : Number(digits), scale);
    const coefficient = BigInt(digits);
    return Decimal.of(sign === '-' ? -coefficient : coefficient, scale);
  }

  /** Exactly what the shortest text of the double says. */
  static fromDouble(value: number): Decimal {
    const decimal = Decimal.parse(String(value));
    if (decimal === undefined) throw new RecordError('CastFailed', 'a float that is not finite has no decimal value');
    return decimal;
  }

  negate(): Decimal {
    return new Decimal(typeof this.unscaled === 'number' ? 0 - this.unscaled : -this.unscaled, this.exponent);
  }

  add(other: Decimal): Decimal {
    if (this.exponent === other.exponent && typeof this.unscaled === 'number' && typeof other.unscaled === 'number') {
      const sum = this.unscaled + other.unscaled;
      if (Number.isSafeInteger(sum)) return new Decimal(sum, this.exponent);
    }
    const [high, low] = this.exponent >= other.exponent ? [this, other] : [other, this];
    if (low.coefficient === 0n && low.exponent < high.exponent - DIGITS) return high;
    const gap = high.exponent - low.exponent;
    // Beyond this shift the smaller number only decides which way the last digit rounds: one digit stands for it.
    const reach = 2 * DIGITS + 2;
    if (gap > reach && high.coefficient !== 0n) {
      const trace = low.coefficient > 0n ? 1n : -1n;
      return Decimal.of(high.coefficient * power(reach) + trace, high.exponent - reach);
    }
    if (high.coefficient === 0n) return low;
    return Decimal.of(high.coefficient * power(gap) + low.coefficient, low.exponent);
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate());
  }

  multiply(other: Decimal): Decimal {
    if (typeof this.unscaled === 'number' && typeof other.unscaled === 'number') {
      const product = this.unscaled * other.unscaled;
      if (Number.isSafeInteger(product)) return Decimal.ofSafe(product, this.exponent + other.exponent);
    }
    return Decimal.of(this.coefficient * other.coefficient, this.exponent + other.exponent);
  }

  /** Exact when the quotient has 38 digits or fewer, without more zeros than the operands had; else rounded to 38. */
  divide(other: Decimal): Decimal {
    if (other.coefficient === 0n) throw new RecordError('DivideByZero', 'division by zero');
    const ideal = this.exponent - other.exponent;
    if (this.unscaled === 0) return new Decimal(0, Math.min(Math.max(ideal, -DIGITS), 0));
    const shift = Math.max(0, DIGITS + 2 + digits(other.coefficient) - digits(this.coefficient));
    const scaled = this.coefficient * power(shift);
    let quotient = scaled / other.coefficient;
    // A remainder makes the digits go on: one more that is not 0 keeps the rounding right.
    if (scaled % other.coefficient !== 0n) {
      const negative = scaled < 0n !== other.coefficient < 0n;
      return Decimal.of(quotient * 10n + (negative ? -1n : 1n), ideal - shift - 1);
    }
    let exponent = ideal - shift;
    while (exponent < ideal && quotient % 10n === 0n) {
      quotient /= 10n;
      exponent++;
    }
    return Decimal.of(quotient, exponent);
  }

  /** The remainder of truncated division: its sign is the dividend's. */
  remainder(other: Decimal): Decimal {
    if (other.coefficient === 0n) throw new RecordError('DivideByZero', 'division by zero');
    const gap = Math.abs(this.exponent - other.exponent);
    if (gap > 4 * DIGITS) {
      if (this.exponent < other.exponent) return this;
      throw new RecordError('NumberFormatError', 'the operands of % are too far apart');
    }
    const exponent = Math.min(this.exponent, other.exponent);
    return Decimal.of(this.at(exponent) % other.at(exponent), exponent);
  }

  compare(other: Decimal): number {
    const sign = this.sign();
    if (sign !== other.sign()) return sign < other.sign() ? -1 : 1;
    if (sign === 0) return 0;
    if (this.exponent === other.exponent) {
      return this.unscaled < other.unscaled ? -1 : this.unscaled > other.unscaled ? 1 : 0;
    }
    const magnitude = digits(this.coefficient) + this.exponent;
    const otherMagnitude = digits(other.coefficient) + other.exponent;
    if (magnitude !== otherMagnitude) return magnitude < otherMagnitude ? -sign : sign;
    const exponent = Math.min(this.exponent, other.exponent);
    const a = this.at(exponent);
    const b = other.at(exponent);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  sign(): number {
    return this.unscaled > 0 ? 1 : this.unscaled < 0 ? -1 : 0;
  }

  isIntegral(): boolean {
    const { unscaled, exponent } = this;
    if (typeof unscaled === 'number' && exponent < 0 && -exponent < DOUBLE_POWERS.length) {
      return unscaled % DOUBLE_POWERS[-exponent]! === 0;
    }
    return (
      this.exponent >= 0 ||
      (this.exponent > -200 && this.coefficient % power(-this.exponent) === 0n) ||
      this.coefficient === 0n
    );
  }

  /** Without its fraction, or undefined when it has more digits than any integer type. */
  truncate(): bigint | undefined {
    if (this.exponent >= 0) {
      return this.coefficient === 0n
        ? 0n
        : this.exponent > DIGITS
          ? undefined
          : this.coefficient * power(this.exponent);
    }
    return -this.exponent > DIGITS ? 0n : this.coefficient / power(-this.exponent);
  }

  toDouble(): number {
    const { unscaled, exponent } = this;
    // Both are exact, so that the result is rounded once.
    if (typeof unscaled === 'number' && Math.abs(exponent) < DOUBLE_POWERS.length) {
      return exponent < 0 ? unscaled / DOUBLE_POWERS[-exponent]! : unscaled * DOUBLE_POWERS[exponent]!;
    }
    return Number(`${unscaled}e${exponent}`);
  }

  /** Plain digits where they are few (`0.00012`, `1200`), else `1.2E+50`. Both are JSON numbers. */
  toString(): string {
    const { unscaled, exponent } = this;
    const sign = unscaled < 0 ? '-' : '';
    const text = String(typeof unscaled === 'number' ? Math.abs(unscaled) : abs(unscaled));
    if (exponent === 0) return sign + text;
    const adjusted = exponent + text.length - 1;
    if (exponent < 0 && adjusted >= -DIGITS) {
      const point = text.length + exponent;
      return point > 0
        ? `${sign}${text.slice(0, point)}.${text.slice(point)}`
        : `${sign}0.${'0'.repeat(-point)}${text}`;
    }
    if (exponent > 0 && adjusted <= DIGITS) return unscaled === 0 ? '0' : `${sign}${text}${'0'.repeat(exponent)}`;
    const mantissa = text.length > 1 ? `${text[0]}.${text.slice(1)}` : text;
    return `${sign}${mantissa}E${adjusted < 0 ? '' : '+'}${adjusted}`;
  }

  private at(exponent: number): bigint {
    return this.coefficient * power(this.exponent - exponent);
  }
}
