import { isList } from '../../select/values/compare.ts';
import { Decimal } from '../../select/values/decimal.ts';
import { isInteger, isNumeric } from '../../select/values/number.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Float, type Integer, Struct, type Value } from '../../select/values/value.ts';
import type { FieldSchema } from '../contract.ts';
import type { BinaryMode } from '../options.ts';
import { bitsOf, bytesOf, decimalOf, hexText } from './bytes.ts';
import { member } from './connect-schema.ts';
import { dateOf, type Fraction, momentOf, timeOf, timestampOf } from './moment.ts';

/** A value as the connector wrote it → the value. NULL is not asked about. Throws RecordError `WireTypeMismatch`, `OutOfRange`. */
export type Decode = (value: Exclude<Value, null>) => Value;

const CONNECT = 'org.apache.kafka.connect.data.';
const TIME = 'io.debezium.time.';
const DATA = 'io.debezium.data.';

const LOGICAL: Readonly<Record<string, (field: FieldSchema) => Decode>> = {
  [`${CONNECT}Decimal`]: ({ parameters }) => {
    const scale = Number(parameters?.['scale'] ?? 0);
    return (value) => decimalOf(text(value), scale);
  },
  [`${DATA}VariableScaleDecimal`]: () => variableScale,
  [`${CONNECT}Date`]: () => date,
  [`${TIME}Date`]: () => date,
  [`${TIME}IsoDate`]: () => iso(false),
  [`${CONNECT}Time`]: () => time(3),
  [`${TIME}Time`]: () => time(3),
  [`${TIME}MicroTime`]: () => time(6),
  [`${TIME}NanoTime`]: () => time(9),
  [`${TIME}IsoTime`]: () => isoTime,
  [`${CONNECT}Timestamp`]: () => timestamp(3),
  [`${TIME}Timestamp`]: () => timestamp(3),
  [`${TIME}MicroTimestamp`]: () => timestamp(6),
  [`${TIME}NanoTimestamp`]: () => timestamp(9),
  [`${TIME}IsoTimestamp`]: () => iso(false),
  [`${TIME}ZonedTimestamp`]: () => iso(true),
  [`${TIME}MicroDuration`]: () => (value) => durationOf(integer(value), 6),
  [`${TIME}NanoDuration`]: () => (value) => durationOf(integer(value), 9),
  [`${DATA}geometry.Point`]: () => pointOf,
  [`${DATA}Bits`]: ({ parameters }) => {
    const length = parameters?.['length'];
    return (value) => bitsOf(text(value), length === undefined ? undefined : Number(length));
  },
};

/** What a field's values are made of; undefined: they are what they should be. */
export function decoderOf(field: FieldSchema, binary: BinaryMode): Decode | undefined {
  const logical = field.logical === undefined ? undefined : LOGICAL[field.logical];
  if (logical !== undefined) return logical(field);
  if (field.type === 'float' || field.type === 'double') return float;
  if (field.type === 'bytes') return (value) => hexText(bytesOf(text(value), binary === 'hex' ? 'base64' : binary));
  if (field.type === 'int64' && isUnsigned(field)) return unsigned;
  if (field.type !== 'array' || field.items === undefined) return undefined;
  const item = decoderOf(field.items, binary);
  return item === undefined ? undefined : list(item);
}

/** Told only where the connector propagates the source's types (`column.propagate.source.type`). */
function isUnsigned({ parameters }: FieldSchema): boolean {
  return /^BIGINT\b.*\bUNSIGNED/i.test(parameters?.['__debezium.source.column.type'] ?? '');
}

/** MySQL's numbers beyond 2^63 come as negative ones where `bigint.unsigned.handling.mode` is `long`. */
const unsigned: Decode = (value) => {
  const count = integer(value);
  return count < 0 ? Decimal.of(BigInt(count) + (1n << 64n)) : count;
};

function list(item: Decode): Decode {
  return (value) => {
    if (!isList(value)) throw mismatch('a list');
    return value.map((each) => (each === null ? null : item(each as Exclude<Value, null>)));
  };
}

const float: Decode = (value) => {
  if (value instanceof Float) return value;
  if (isNumeric(value)) return new Float(Number(String(value)));
  const special = typeof value === 'string' && /^(?:NaN|[+-]?Infinity)$/.test(value);
  if (!special) throw mismatch('a number');
  return new Float(Number(value));
};

export const variableScale: Decode = (value) => {
  const scale = member(value, 'scale');
  const unscaled = member(value, 'value');
  if (typeof scale !== 'number' || typeof unscaled !== 'string') throw mismatch('a scale and a value');
  return decimalOf(unscaled, scale);
};

const date: Decode = (value) => dateOf(Number(integer(value)));
const time =
  (fraction: Fraction): Decode =>
  (value) =>
    timeOf(BigInt(integer(value)), fraction);
const timestamp =
  (fraction: Fraction): Decode =>
  (value) =>
    timestampOf(BigInt(integer(value)), fraction, undefined);

/** A span of seconds in ISO 8601: the months that the source knew are already made days of, 30.4375 each. */
export function durationOf(value: Integer, fraction: Fraction): string {
  const count = BigInt(value);
  const size = count < 0n ? -count : count;
  const digits = size.toString().padStart(fraction + 1, '0');
  const behind = digits.slice(-fraction).replace(/0+$/, '');
  return `PT${count < 0n ? '-' : ''}${digits.slice(0, -fraction)}${behind === '' ? '' : `.${behind}`}S`;
}

/** A point's coordinates are floats, and may be text where JSON has no number for them. */
export const pointOf: Decode = (value) => {
  if (!(value instanceof Struct)) throw mismatch('an object');
  const { names, values } = value;
  return new Struct(
    names,
    values.map((each, i) => (each !== null && (names[i] === 'x' || names[i] === 'y') ? float(each) : each)),
  );
};

const iso =
  (zoned: boolean): Decode =>
  (value) => {
    const moment = momentOf(text(value), zoned);
    if (moment === undefined) throw mismatch('a date or a timestamp in ISO 8601');
    return moment;
  };

/** Java writes a time without zone with a `Z` that means nothing. */
const isoTime: Decode = (value) => text(value).replace(/Z$/, '');

function text(value: Value): string {
  if (typeof value !== 'string') throw mismatch('text');
  return value;
}

function integer(value: Value): Integer {
  if (!isInteger(value)) throw mismatch('an integer');
  return value;
}

function mismatch(expected: string): RecordError {
  return new RecordError('WireTypeMismatch', `a value is not what its schema says: ${expected} should stand there`);
}

/** Whether NULL in such a field may as well mean that it did not change: a numeric that is so long that it lies outside the row has no other mark. */
export function nullIsUncertain({ type, logical, parameters }: FieldSchema, flattened: boolean): boolean {
  if (logical === `${DATA}VariableScaleDecimal`) return true;
  // 38 digits take fewer bytes than a pointer to a value outside the row.
  if (logical === `${CONNECT}Decimal`) return Number(parameters?.['connect.decimal.precision'] ?? 0) > 38;
  return flattened && type === 'bytes' && logical === undefined;
}
