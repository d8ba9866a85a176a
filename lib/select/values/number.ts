import { Decimal } from './decimal.ts';
import {
  addIntegers,
  divideIntegers,
  integerOf,
  multiplyIntegers,
  negateInteger,
  remainderOfIntegers,
  subtractIntegers,
  toDecimal,
} from './integer.ts';
import { RecordError } from './record-error.ts';
import { Float, type Integer, type Numeric, type Value } from './value.ts';

export function isInteger(value: Value): value is Integer {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isNumeric(value: Value): value is Numeric {
  return isInteger(value) || value instanceof Decimal || value instanceof Float;
}

/** The number that a text is: digits are an integer, or a decimal beyond 64 bits; undefined if it is none. */
export function parseNumber(text: string): Numeric | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    if (text.length < 16) return Number(text) + 0;
    const integer = integerOf(BigInt(text.startsWith('+') ? text.slice(1) : text));
    if (integer !== undefined) return integer;
  }
  return Decimal.parse(text);
}

export function decimalOf(value: Numeric): Decimal {
  if (value instanceof Decimal) return value;
  return value instanceof Float ? Decimal.fromDouble(value.value) : toDecimal(value);
}

export function doubleOf(value: Numeric): number {
  if (value instanceof Float) return value.value;
  return value instanceof Decimal ? value.toDouble() : Number(value);
}

/** By their mathematical values; a float counts as the decimal that its shortest text says. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (isInteger(a) && isInteger(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Float && b instanceof Float) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return decimalOf(a).compare(decimalOf(b));
}

/** Throws RecordError `NumberFormatError` for what no float holds. */
export function finite(value: number): Float {
  if (!Number.isFinite(value)) throw new RecordError('NumberFormatError', 'the result does not fit a float');
  return new Float(value);
}

export type Arithmetic = (a: Numeric, b: Numeric) => Numeric;

function arithmetic(
  integers: (a: Integer, b: Integer) => Integer,
  decimals: (a: Decimal, b: Decimal) => Decimal,
  floats: (a: number, b: number) => number,
): Arithmetic {
  return (a, b) => {
    if (isInteger(a) && isInteger(b)) return integers(a, b);
    if (a instanceof Float || b instanceof Float) return finite(floats(doubleOf(a), doubleOf(b)));
    return decimals(decimalOf(a), decimalOf(b));
  };
}

function nonZero(divisor: number): number {
  if (divisor === 0) throw new RecordError('DivideByZero', 'division by zero');
  return divisor;
}

/** Integers stay integers (and `/` truncates), a float makes the result a float, everything else is a decimal. */
export const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | '%', Arithmetic>> = {
  '+': arithmetic(
    addIntegers,
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  '-': arithmetic(
    subtractIntegers,
    (a, b) => a.subtract(b),
    (a, b) => a - b,
  ),
  '*': arithmetic(
    multiplyIntegers,
    (a, b) => a.multiply(b),
    (a, b) => a * b,
  ),
  '/': arithmetic(
    divideIntegers,
    (a, b) => a.divide(b),
    (a, b) => a / nonZero(b),
  ),
  '%': arithmetic(
    remainderOfIntegers,
    (a, b) => a.remainder(b),
    (a, b) => a % nonZero(b),
  ),
};

export function negate(value: Numeric): Numeric {
  if (isInteger(value)) return negateInteger(value);
  return value instanceof Decimal ? value.negate() : new Float(-value.value);
}
