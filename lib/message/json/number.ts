import { Decimal, DIGITS } from '../../select/values/decimal.ts';
import { integerOf } from '../../select/values/integer.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Float, Untyped, type Value } from '../../select/values/value.ts';

/**
 * The value of a number as JSON writes it. Nothing is rounded: integers beyond 64 bits are decimals, and what has more
 * digits than a decimal holds, or an exponent beyond its own, stays text that reads as a number where one is asked for.
 */
export function numberOf(text: string): Value {
  const integral = /^-?\d+$/.test(text);
  if (integral) {
    if (text.length < 16) return Number(text) + 0;
    const integer = text.length <= 20 ? integerOf(BigInt(text)) : undefined;
    if (integer !== undefined) return integer;
  }
  if (significantDigits(text) > DIGITS) return new Untyped(text);
  try {
    const decimal = Decimal.parse(text);
    if (decimal === undefined) return new Untyped(text);
    // A decimal has no negative zero, a float column has.
    return decimal.unscaled === 0 && text.startsWith('-') ? new Float(-0) : decimal;
  } catch (error) {
    if (error instanceof RecordError) return new Untyped(text);
    throw error;
  }
}

function significantDigits(text: string): number {
  if (text.length <= DIGITS) return 0;
  const end = text.search(/[eE]/);
  const mantissa = end < 0 ? text : text.slice(0, end);
  return mantissa.replace(/^-?[0.]*/, '').replace('.', '').length;
}
