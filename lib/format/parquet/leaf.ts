import type { SchemaElement } from 'hyparquet';
import type { WriteBuffer } from '../write-buffer.ts';
import { writeJsonString } from '../write-json.ts';
import { parquetFailure } from './failure.ts';
import { dateText, momentText, timeText, UNIT_DIGITS } from './moment.ts';

/** Writes a value that is not null as JSON. */
export type WriteValue = (out: WriteBuffer, value: unknown) => void;

/** How a column's values are to be understood: the newer annotation where there is one, else the older. */
export function annotationOf({ logical_type: logical, converted_type: converted }: SchemaElement): string | undefined {
  return logical?.type ?? converted;
}

/**
 * The writer for a column's physical values: numbers, bigints, booleans and byte arrays just as they are stored. Integers
 * and decimals are written exactly, moments and bytes (base64) as text.
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 *
 * @throws SluiceError `UnsupportedParquetType`
 */
export function leafWriter(element: SchemaElement): WriteValue {
  const annotation = annotationOf(element);
  switch (annotation) {
    case 'DECIMAL':
      return decimalWriter(element);
    case 'DATE':
      return (out, value) => quoted(out, dateText(Number(value)));
    case 'TIME':
    case 'TIME_MILLIS':
    case 'TIME_MICROS': {
      const digits = digitsOf(element);
      return (out, value) => quoted(out, timeText(BigInt(value as bigint | number), digits));
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return momentWriter(digitsOf(element), isLocal(element));
    case 'UUID':
      return (out, value) => quoted(out, uuid(value as Uint8Array));
    case 'FLOAT16':
      return (out, value) => double(out, half(value as Uint8Array));
    case 'STRING':
    case 'UTF8':
    case 'ENUM':
    case 'JSON':
      return (out, value) => {
        const bytes = value as Uint8Array;
        writeJsonString(out, bytes, 0, bytes.length);
      };
    case 'INTERVAL':
    case 'BSON':
    case 'VARIANT':
      throw parquetFailure('UnsupportedParquetType', `column ${element.name} is of type ${annotation}`);
    default:
      return physicalWriter(element);
  }
}

/** Whether the values are moments in time, written so that the engine reads them as timestamps. */
export function isMoment(element: SchemaElement): boolean {
  const annotation = annotationOf(element);
  return element.type === 'INT96' || annotation === 'DATE' || annotation?.startsWith('TIMESTAMP') === true;
}

function physicalWriter(element: SchemaElement): WriteValue {
  const { type } = element;
  const unsigned = isUnsigned(element);
  switch (type) {
    case 'BOOLEAN':
      return (out, value) => out.ascii(value === true ? 'true' : 'false');
    case 'INT32':
      return unsigned
        ? (out, value) => out.ascii(String((value as number) >>> 0))
        : (out, value) => out.ascii(String(value));
    case 'INT64':
      return unsigned
        ? (out, value) => out.ascii(String(BigInt.asUintN(64, value as bigint)))
        : (out, value) => out.ascii(String(value));
    case 'INT96':
      return momentWriter(UNIT_DIGITS.NANOS, true);
    case 'FLOAT':
      return (out, value) => single(out, value as number);
    case 'DOUBLE':
      return (out, value) => double(out, value as number);
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return (out, value) => {
        const { buffer, byteOffset, byteLength } = value as Uint8Array;
        quoted(out, Buffer.from(buffer, byteOffset, byteLength).toString('base64'));
      };
    default:
      throw parquetFailure('UnsupportedParquetType', `column ${element.name} is of type ${type ?? 'unknown'}`);
  }
}

function isUnsigned({ logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  return logical?.type === 'INTEGER' ? !logical.isSigned : converted?.startsWith('UINT_') === true;
}

function isLocal({ logical_type: logical }: SchemaElement): boolean {
  return logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC;
}

function digitsOf({ logical_type: logical, converted_type: converted }: SchemaElement): number {
  if (logical?.type === 'TIME' || logical?.type === 'TIMESTAMP') return UNIT_DIGITS[logical.unit];
  return converted?.endsWith('MICROS') === true ? UNIT_DIGITS.MICROS : UNIT_DIGITS.MILLIS;
}

function momentWriter(digits: number, local: boolean): WriteValue {
  return (out, value) => quoted(out, momentText(value as bigint, digits, local));
}

function decimalWriter({ logical_type: logical, scale: older = 0 }: SchemaElement): WriteValue {
  const scale = logical?.type === 'DECIMAL' ? logical.scale : older;
  return (out, value) => {
    const unscaled = value instanceof Uint8Array ? twosComplement(value) : BigInt(value as bigint | number);
    out.ascii(scaled(unscaled, scale));
  };
}

function twosComplement(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

function scaled(unscaled: bigint, scale: number): string {
  if (scale <= 0) return unscaled.toString() + (unscaled === 0n ? '' : '0'.repeat(-scale));
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The shortest text that is this 32-bit float again: 0.1 and not 0.10000000149011612, as it was when it was written. */
function single(out: WriteBuffer, value: number): void {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      double(out, short);
      return;
    }
  }
  double(out, Number(value.toPrecision(9)));
}

/** JSON has no infinities and no NaN: they are text, which compares with no number. */
function double(out: WriteBuffer, value: number): void {
  if (Number.isFinite(value)) out.ascii(String(value));
  else quoted(out, String(value));
}

function half(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits >> 15 === 1 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Text that has nothing to escape. */
function quoted(out: WriteBuffer, text: string): void {
  out.ascii(`"${text}"`);
}
