import { isList } from '../../select/values/compare.ts';
import { isInteger } from '../../select/values/number.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Float, type Integer, Struct, Untyped, type Value } from '../../select/values/value.ts';
import type { Wire } from '../contract.ts';
import { numberOf } from '../json/number.ts';
import { bitsOf, bytesOf, decimalOf, hexText } from './bytes.ts';
import { durationOf, pointOf, variableScale } from './logical.ts';
import { dateOf, momentOf, timeOf, timestampOf } from './moment.ts';

/** A column as the target's catalog has it. */
export interface WireColumn {
  /** What its values are: `numeric`, `bytes`, `bits`, `date`, `time`, `timestamp`, `timestamptz`, `array`, … */
  readonly category: string;
  /** As the server shows the type, from which scale and length are read: `numeric(10,2)`, `bit varying(20)`. */
  readonly name: string;
  /** Of an array. */
  readonly element?: WireColumn;
}

type Decode = (value: Value) => Value;

/**
 * What makes of a change's values what such a column takes; undefined: nothing is to be done. Values that came with a
 * schema are nearly there; those that came without one are made out by the column's type alone.
 * @param wire `wire` of the change; undefined for values that came with a schema
 * The decoder throws RecordError `WireTypeMismatch`, `OutOfRange`, and leaves null as it is.
 */
export function columnDecoder(type: WireColumn, wire: Wire | undefined): Decode | undefined {
  const decode = type.category === 'array' ? listOf(type, wire) : scalar(type, wire);
  return decode === undefined ? undefined : (value) => (value === null ? null : decode(value));
}

function listOf({ element, name }: WireColumn, wire: Wire | undefined): Decode | undefined {
  // What stands in parentheses is told of the array alone.
  const whole = element && name.endsWith('[]') ? { ...element, name: name.replace(/(?:\[\])+$/, '') } : element;
  const item = whole === undefined ? undefined : columnDecoder(whole, wire);
  return item === undefined ? undefined : (value) => (isList(value) ? value.map(item) : value);
}

function scalar({ category, name }: WireColumn, wire: Wire | undefined): Decode | undefined {
  const varying = /^(?:bit varying|varbit)/.test(name);
  // How many zeros stood in front of a bit string of no fixed length is not told.
  if (varying && wire === undefined) return (value) => (typeof value === 'string' ? value.replace(/^0+/, '') : value);
  // MySQL has no other boolean than tinyint(1).
  if (category === 'boolean') return (value) => (isInteger(value) ? Number(value) !== 0 : value);
  if (category === 'integer') return (value) => (typeof value === 'boolean' ? Number(value) : value);
  if (UNKNOWN_TYPES.test(name) || category === 'composite') return (value) => textOfBytes(value, wire);
  if (wire === undefined) return undefined;
  switch (category) {
    case 'numeric':
      return (value) => decimal(value, name === 'money' ? MONEY_DIGITS : (sizeIn(name, 1) ?? 0), wire);
    case 'float':
      return float;
    case 'bytes':
      return (value) => (typeof value === 'string' ? hexText(bytesOf(value, wire.binary)) : value);
    case 'bits':
      return (value) => bits(value, varying ? undefined : (sizeIn(name, 0) ?? 1));
    case 'date':
      return (value) => (isInteger(value) ? dateOf(Number(value)) : moment(value, undefined));
    case 'time':
      return (value) => (isInteger(value) ? time(value, sizeIn(name, 0) ?? 6, wire) : local(name, value));
    case 'timestamp':
      return (value) => moment(value, undefined);
    case 'timestamptz':
      return (value) => moment(value, 0);
    case 'point':
      return (value) => (value instanceof Struct ? pointOf(value) : value);
    default:
      return /^interval/.test(name) ? (value) => (isInteger(value) ? durationOf(value, 6) : value) : undefined;
  }
}

/** Unless `money.fraction.digits` says otherwise. */
const MONEY_DIGITS = 2;

/** Types that the PostgreSQL connector does not know: it sends the bytes of their text (`include.unknown.datatypes`). */
const UNKNOWN_TYPES = /^(?:box|line|lseg|path|polygon|circle|tsquery|pg_lsn|pg_snapshot|txid_snapshot|jsonpath)$/;

function textOfBytes(value: Value, wire: Wire | undefined): Value {
  if (typeof value !== 'string') return value;
  if (wire !== undefined) return bytesOf(value, wire.binary).toString();
  return value.startsWith('\\x') ? Buffer.from(value.slice(2), 'hex').toString() : value;
}

/** The n-th of the numbers in parentheses. */
function sizeIn(name: string, n: number): number | undefined {
  const digits = /\(([\d, ]+)\)/.exec(name)?.[1]?.split(',')[n];
  return digits === undefined ? undefined : Number(digits);
}

function decimal(value: Value, scale: number, wire: Wire): Value {
  if (value instanceof Struct) return variableScale(value);
  if (typeof value !== 'string') return value;
  if (wire.decimals === 'precise') return decimalOf(value, scale);
  if (value === 'NAN') return new Untyped('NaN');
  if (value === 'POSITIVE_INFINITY') return new Untyped('Infinity');
  if (value === 'NEGATIVE_INFINITY') return new Untyped('-Infinity');
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) return numberOf(value);
  const fix = 'set message.debezium.decimals: precise if that is the decimal.handling.mode of the connector';
  throw new RecordError('WireTypeMismatch', `a decimal is not written as a number; ${fix}`);
}

const float: Decode = (value) =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? new Float(Number(value)) : value;

function bits(value: Value, length: number | undefined): Value {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' ? bitsOf(value, length) : value;
}

/** MySQL's connector counts times in microseconds; PostgreSQL's, unless told otherwise, those of up to three digits in milliseconds. */
function time(count: Integer, precision: number, { connector }: Wire): Value {
  const isMillis = connector !== 'mysql' && precision <= 3 && count <= 86_400_000;
  return timeOf(BigInt(count), isMillis ? 3 : 6);
}

/** Java writes a time without zone with a `Z` that means nothing. */
function local(name: string, value: Value): Value {
  const zoned = /with time zone|timetz/.test(name);
  return typeof value === 'string' && !zoned ? value.replace(/Z$/, '') : value;
}

/** From here on a count is one of microseconds: March 1973. Of milliseconds it would be the year 5138. */
const MICROS = 10n ** 14n;
/** Infinity in milliseconds. */
const INFINITE = 9_223_372_036_825_200n;

/** A count tells its unit by its size. */
function moment(value: Value, offset: 0 | undefined): Value {
  if (typeof value === 'string') return momentOf(value, offset === 0) ?? value;
  if (!isInteger(value)) return value;
  const count = BigInt(value);
  const size = count < 0n ? -count : count;
  const isMillis = size < MICROS || size === INFINITE || size === INFINITE + 7200n;
  return timestampOf(count, isMillis ? 3 : 6, offset);
}
