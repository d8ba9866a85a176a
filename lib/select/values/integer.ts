import { Decimal } from './decimal.ts';
import { RecordError } from './record-error.ts';
import type { Integer } from './value.ts';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** In the form values have, or undefined beyond 64 bits. */
export function integerOf(n: bigint): Integer | undefined {
  if (n >= -9007199254740991n && n <= 9007199254740991n) return Number(n);
  return n >= MIN && n <= MAX ? n : undefined;
}

/** Throws RecordError `IntegerOverflow` beyond 64 bits. */
export function checked(n: bigint): Integer {
  const integer = integerOf(n);
  if (integer === undefined) throw new RecordError('IntegerOverflow', 'the result does not fit a 64-bit integer');
  return integer;
}

export function addIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return checked(BigInt(a) + BigInt(b));
}

export function subtractIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return checked(BigInt(a) - BigInt(b));
}

export function multiplyIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // Adding 0 makes −0, which no integer is, 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return checked(BigInt(a) * BigInt(b));
}

/** Truncates towards zero. Throws RecordError `DivideByZero`. */
export function divideIntegers(a: Integer, b: Integer): Integer {
  if (b === 0) throw new RecordError('DivideByZero', 'division by zero');
  if (typeof a === 'number' && typeof b === 'number')
    return Math.trunc(a / b) === a / b ? a / b + 0 : checked(BigInt(a) / BigInt(b));
  return checked(BigInt(a) / BigInt(b));
}

/** The sign is the dividend's. Throws RecordError `DivideByZero`. */
export function remainderOfIntegers(a: Integer, b: Integer): Integer {
  if (b === 0) throw new RecordError('DivideByZero', 'division by zero');
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return checked(BigInt(a) % BigInt(b));
}

export function negateInteger(a: Integer): Integer {
  return typeof a === 'number' ? 0 - a : checked(-a);
}

export function toDecimal(a: Integer): Decimal {
  return Decimal.of(BigInt(a));
}
