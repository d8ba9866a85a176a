import type { CastType } from '../ast.ts';
import { isList, isUnknown, parseBoolean, typeName } from './compare.ts';
import { Decimal } from './decimal.ts';
import { integerOf } from './integer.ts';
import { decimalOf, doubleOf, isInteger, isNumeric, parseNumber } from './number.ts';
import { RecordError } from './record-error.ts';
import { Timestamp } from './timestamp.ts';
import { Float, type Integer, Struct, Untyped, type Value } from './value.ts';

type Known = Exclude<Value, null | symbol>;

/** CAST(value AS type). NULL and MISSING stay what they are. Throws RecordError `CastFailed`. */
export function cast(value: Value, type: CastType): Value {
  if (isUnknown(value)) return value;
  const result = CASTS[type](value instanceof Untyped ? value.text : value);
  if (result === undefined) throw new RecordError('CastFailed', `this ${typeName(value)} cannot be cast to ${type}`);
  return result;
}

const CASTS: Readonly<Record<CastType, (value: Known) => Value | undefined>> = {
  BOOL: toBoolean,
  INT: toInteger,
  FLOAT: toFloat,
  DECIMAL: toDecimal,
  STRING: toText,
  TIMESTAMP: (value) =>
    value instanceof Timestamp ? value : typeof value === 'string' ? Timestamp.parse(value) : undefined,
};

function toBoolean(value: Known): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return parseBoolean(value);
  return isNumeric(value) ? decimalOf(value).sign() !== 0 : undefined;
}

/** Numbers lose their fraction; text must be digits. */
function toInteger(value: Known): Integer | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') {
    const number = parseNumber(value);
    return number !== undefined && isInteger(number) ? number : undefined;
  }
  if (value instanceof Decimal || value instanceof Float) {
    const whole = decimalOf(value).truncate();
    return whole === undefined ? undefined : integerOf(whole);
  }
  return undefined;
}

function toFloat(value: Known): Float | undefined {
  if (value instanceof Float) return value;
  if (typeof value === 'boolean') return new Float(value ? 1 : 0);
  const number = typeof value === 'string' ? parseDouble(value) : isNumeric(value) ? doubleOf(value) : Number.NaN;
  return Number.isFinite(number) ? new Float(number) : undefined;
}

function parseDouble(text: string): number {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function toDecimal(value: Known): Decimal | undefined {
  if (typeof value === 'boolean') return Decimal.of(value ? 1n : 0n);
  if (typeof value === 'string') return Decimal.parse(value);
  return isNumeric(value) ? decimalOf(value) : undefined;
}

function toText(value: Known): string | undefined {
  return isList(value) || value instanceof Struct ? undefined : textOf(value);
}

/** A scalar as CSV output, keys and CAST AS STRING write it. */
export function textOf(value: Exclude<Known, readonly Value[] | Struct>): string {
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  return value instanceof Float ? String(value.value) : value.toString();
}
