import type { Tokens } from './tokens.ts';
import { Decimal } from './values/decimal.ts';
import { integerOf } from './values/integer.ts';
import { RecordError } from './values/record-error.ts';
import { Timestamp } from './values/timestamp.ts';
import type { Numeric } from './values/value.ts';

/** Digits alone are an integer while they fit 64 bits; everything else is a decimal, so that 0.1 is 0.1. */
export function numberLiteral(tokens: Tokens, text: string, at: number): Numeric {
  if (/^[+-]?\d+$/.test(text)) {
    const integer = integerOf(BigInt(text.startsWith('+') ? text.slice(1) : text));
    if (integer !== undefined) return integer;
  }
  try {
    const decimal = Decimal.parse(text);
    if (decimal !== undefined) return decimal;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
  }
  throw tokens.error('LexerInvalidLiteral', at, 'this number is out of range, expected an exponent in −2^31 … 2^31−1');
}

/** What may stand between back-ticks: a timestamp, a number, true, false, null, or "text". */
export function ionLiteral(tokens: Tokens, source: string, at: number): Numeric | Timestamp | string | boolean | null {
  const text = source.trim();
  const timestamp = Timestamp.parse(text);
  if (timestamp !== undefined) return timestamp;
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(?:\.\d*)?(?:[dDeE][+-]?\d{1,10})?$/.test(text))
    return numberLiteral(tokens, text.replace(/[dD]/, 'e'), at);
  if (/^"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/.test(text)) return JSON.parse(text) as string;
  const what = 'this is no Ion literal, expected a timestamp such as `2010-02-03T04:05:06Z`, a number or "text"';
  throw tokens.error('LexerInvalidIONLiteral', at, what);
}
