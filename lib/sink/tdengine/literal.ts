import { WriteBuffer } from '../../format/write-buffer.ts';
import { textOf } from '../../select/values/cast.ts';
import { isList, isUnknown } from '../../select/values/compare.ts';
import { Decimal } from '../../select/values/decimal.ts';
import { decimalOf, doubleOf, isNumeric, parseNumber } from '../../select/values/number.ts';
import { countCharacters, indexOfCharacter } from '../../select/values/text.ts';
import { Timestamp } from '../../select/values/timestamp.ts';
import { Float, type Numeric, Struct, Untyped, type Value } from '../../select/values/value.ts';
import { writeJsonValue } from '../../select/write/value.ts';
import { type ColumnType, LONGEST_TEXT } from './column-type.ts';
import type { Problem } from './fault.ts';
import type { StatementBuffer } from './statement-buffer.ts';
import { type Precision, parseMoment, ticksOfTimestamp } from './ticks.ts';

/** What a rule says of values that a column does not take. */
export interface LiteralPolicy {
  readonly nan: 'fail' | 'discard' | 'set-null' | 'set-zero';
  readonly tooLong: 'fail' | 'discard' | 'truncate' | 'set-null';
  readonly typeMismatch: 'fail' | 'discard' | 'set-null';
  /** Fractions may be rounded to fit an integer column. */
  readonly round: boolean;
  /** Texts that are too long are told with the length they need, so that the column can be widened first. */
  readonly widen: boolean;
}

/** Writes a value as a literal of its column. A problem: what was written is to be taken back. */
export type LiteralWriter = (out: StatementBuffer, value: Value) => Problem | undefined;

type Verdict = Omit<Problem, 'about'> | undefined;
type Writer = (out: StatementBuffer, value: Exclude<Value, null | symbol>) => Verdict;

const NULL = Buffer.from('NULL');
const mismatch = (reason: string): Verdict => ({ kind: 'typeMismatch', reason });
const NAN: Verdict = { kind: 'nan', reason: 'is NaN, infinite, or too small for the column' };

export function literalWriter(
  about: string,
  type: ColumnType,
  precision: Precision,
  policy: LiteralPolicy,
): LiteralWriter {
  const write = writerOf(type, precision, policy);
  return (out, value) => {
    if (isUnknown(value)) {
      out.raw(NULL);
      return undefined;
    }
    const from = out.length;
    const verdict = write(out, value);
    if (verdict === undefined) return undefined;
    out.length = from;
    const cure =
      verdict.kind === 'nan' || verdict.kind === 'tooLong' || verdict.kind === 'typeMismatch'
        ? policy[verdict.kind]
        : 'fail';
    if (cure === 'set-null' && verdict.needed === undefined) out.raw(NULL);
    else if (cure === 'set-zero') out.byte(0x30);
    else return { about, ...verdict };
    return undefined;
  };
}

function writerOf(type: ColumnType, precision: Precision, policy: LiteralPolicy): Writer {
  switch (type.kind) {
    case 'integer':
      return integerWriter(type, policy.round);
    case 'float':
      return floatWriter(type.single);
    case 'bool':
      return writeBool;
    case 'timestamp':
      return timestampWriter(precision);
    case 'text':
      return textWriter(type, policy);
    case 'decimal':
      return writeDecimal;
    case 'other':
      return (out, value) => boundedText(out, plainText(value));
  }
}

function numberOf(value: Exclude<Value, null | symbol>): Numeric | undefined {
  if (isNumeric(value)) return value;
  if (typeof value === 'string') return parseNumber(value);
  return value instanceof Untyped ? parseNumber(value.text) : undefined;
}

function integerWriter({ name, least, most }: Extract<ColumnType, { kind: 'integer' }>, round: boolean): Writer {
  const [low, high] = [Number(least), Number(most)];
  const outside = mismatch(`does not fit ${name}`);
  return (out, given) => {
    const value = numberOf(given);
    if (typeof value === 'number') {
      // Limits beyond 2^53 are rounded here, and safe integers are far from them.
      if (value < low || value > high) return outside;
      out.integer(value);
      return undefined;
    }
    if (value === undefined) return mismatch(`is no number, for ${name}`);
    if (value instanceof Float && !Number.isFinite(value.value)) return NAN;
    const exact = typeof value === 'bigint' ? value : integral(decimalOf(value), round);
    if (exact === undefined)
      return mismatch(`has a fraction, for ${name}, which the server would round (\`allow: { round: true }\`)`);
    if (exact < least || exact > most) return outside;
    out.ascii(exact.toString());
    return undefined;
  };
}

/** Halves away from zero, as the server rounds. */
function integral(decimal: Decimal, round: boolean): bigint | undefined {
  if (decimal.isIntegral()) return decimal.truncate() ?? 10n ** 40n;
  if (!round) return undefined;
  return decimal.add(Decimal.of(decimal.sign() < 0 ? -5n : 5n, -1)).truncate();
}

const LARGEST_SINGLE = 3.4028234663852886e38;
const SMALLEST_SINGLE = 1.1754943508222875e-38;
/** A decimal of fewer places is within reach of every float, and its digits are written as they are. */
const MOST_PLACES = 20;
const SMALLEST_DOUBLE = 2.2250738585072014e-308;

function floatWriter(single: boolean): Writer {
  const smallest = single ? SMALLEST_SINGLE : SMALLEST_DOUBLE;
  const largest = single ? LARGEST_SINGLE : Number.MAX_VALUE;
  return (out, given) => {
    const value = numberOf(given);
    if (value === undefined) return isNotFinite(given) ? NAN : mismatch('is no number');
    if (value instanceof Decimal && value.exponent < 0 && value.exponent > -MOST_PLACES) {
      if (typeof value.unscaled === 'number') {
        out.fixed(value.unscaled, -value.exponent);
        return undefined;
      }
    }
    const double = doubleOf(value);
    const size = Math.abs(double);
    if (!Number.isFinite(double) || (size < smallest && size !== 0)) return NAN;
    if (size === 0 && value instanceof Decimal && value.sign() !== 0) return NAN;
    if (size > largest) return mismatch('is too large for FLOAT');
    out.double(double);
    return undefined;
  };
}

/** How JSON, which has no such numbers, is made to carry them. */
function isNotFinite(value: Value): boolean {
  const text = value instanceof Untyped ? value.text : value;
  return typeof text === 'string' && /^[+-]?(nan|inf(inity)?)$/i.test(text);
}

function writeBool(out: StatementBuffer, value: Exclude<Value, null | symbol>): Verdict {
  const text = typeof value === 'boolean' ? String(value) : plainText(value).toLowerCase();
  if (text !== 'true' && text !== 'false' && text !== '0' && text !== '1') return mismatch('is neither true nor false');
  out.ascii(text);
  return undefined;
}

function timestampWriter(precision: Precision): Writer {
  return (out, value) => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      out.ascii(String(value));
      return undefined;
    }
    const text = value instanceof Untyped ? value.text : value;
    const moment = text instanceof Timestamp ? text : typeof text === 'string' ? parseMoment(text) : undefined;
    if (moment === undefined) return mismatch('is no timestamp (RFC 3339, or an integer in the unit of the database)');
    out.ascii(String(ticksOfTimestamp(moment, precision)));
    return undefined;
  };
}

function writeDecimal(out: StatementBuffer, given: Exclude<Value, null | symbol>): Verdict {
  const value = numberOf(given);
  if (value === undefined) return isNotFinite(given) ? NAN : mismatch('is no number');
  if (value instanceof Float && !Number.isFinite(value.value)) return NAN;
  out.ascii(decimalOf(value).toString());
  return undefined;
}

function textWriter({ name, length }: Extract<ColumnType, { kind: 'text' }>, policy: LiteralPolicy): Writer {
  const inCharacters = name === 'NCHAR';
  const unit = inCharacters ? 'characters' : 'bytes';
  return (out, value) => {
    const text = typeof value === 'string' ? value : plainText(value);
    const from = out.length;
    const bytes = out.quoted(text);
    if (bytes < 0) return NUL;
    if (bytes <= length) return undefined;
    const size = inCharacters ? countCharacters(text) : bytes;
    if (size <= length) return undefined;
    const widens = policy.widen && size <= LONGEST_TEXT[name];
    if (policy.tooLong === 'truncate' && !widens) {
      out.length = from;
      out.quoted(inCharacters ? text.slice(0, indexOfCharacter(text, 0, length)) : firstBytes(text, length));
      return undefined;
    }
    const reason = `has ${size} ${unit}, and the column takes ${length}`;
    return { kind: 'tooLong', reason, ...(widens ? { needed: size } : {}) };
  };
}

const NUL = mismatch('holds a NUL character, which no statement can carry');

function boundedText(out: StatementBuffer, text: string): Verdict {
  const bytes = out.quoted(text);
  if (bytes < 0) return NUL;
  if (bytes <= LONGEST_TEXT.VARCHAR) return undefined;
  return { kind: 'tooLong', reason: `has ${bytes} bytes, and no column takes more than ${LONGEST_TEXT.VARCHAR}` };
}

/** As many whole characters as fit so many bytes of UTF-8. */
function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  let end = most;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** Lists and objects as JSON. */
function plainText(value: Exclude<Value, null | symbol>): string {
  if (!isList(value) && !(value instanceof Struct)) return textOf(value);
  const out = new WriteBuffer();
  writeJsonValue(out, value);
  return out.bytes.toString('utf8', 0, out.length);
}
