import { Decimal } from '../../../select/values/decimal.ts';
import { Timestamp } from '../../../select/values/timestamp.ts';
import { Float, Untyped, type Value } from '../../../select/values/value.ts';
import type { ColumnType } from '../column.ts';
import { jsonText } from './json.ts';
import { dateText, timestampText, timestamptzText, timeText } from './moment.ts';
import { arrayText, hstoreText, pointText, vectorText } from './nested.ts';
import { integerText, numberText } from './number.ts';
import { Uncastable, uncastable } from './uncastable.ts';

/**
 * The text that PostgreSQL reads as the value, in the type's input form. Never called for null or MISSING. Throws
 * Uncastable where the kind of value cannot be right; whether a text is right is left to the server.
 */
export type Cast = (value: Value) => string;

export function castTo(type: ColumnType): Cast {
  switch (type.category) {
    case 'integer':
      return integerText;
    case 'numeric':
    case 'float':
      return numberText;
    case 'boolean':
      return booleanText;
    case 'text':
      return text;
    case 'json':
      return (value) => (typeof value === 'string' ? value : value instanceof Untyped ? value.text : jsonText(value));
    case 'bytes':
      return bytesText;
    case 'date':
      return dateText;
    case 'time':
      return timeText;
    case 'timestamp':
      return timestampText;
    case 'timestamptz':
      return timestamptzText;
    case 'bits':
      return (value) => (typeof value === 'boolean' ? (value ? '1' : '0') : onlyText(value));
    case 'array':
      return arrayText(castTo(type.element ?? { ...type, category: 'other' }), type.delimiter ?? ',');
    case 'hstore':
      return hstoreText;
    case 'point':
      return pointText;
    case 'vector':
      return vectorText;
    case 'composite':
      return onlyText;
    case 'other':
      return scalarText;
  }
}

function booleanText(value: Value): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value === 0 || value === 1) return String(value);
  return onlyText(value);
}

/** What is nested becomes its JSON. */
function text(value: Value): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && !isScalar(value) ? jsonText(value) : scalarText(value);
}

function scalarText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Untyped) return value.text;
  if (value instanceof Timestamp || value instanceof Decimal) return value.toString();
  if (value instanceof Float) return String(value.value);
  throw uncastable(value);
}

function isScalar(value: Value): boolean {
  return value instanceof Untyped || value instanceof Timestamp || value instanceof Decimal || value instanceof Float;
}

function onlyText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  throw uncastable(value);
}

const HEX = /^\\x([0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Bytes travel as base64, or already in PostgreSQL's own form. */
function bytesText(value: Value): string {
  const given = onlyText(value);
  if (HEX.test(given)) return given;
  if (!BASE64.test(given)) throw new Uncastable('this text', 'Bytes are base64, or hexadecimal digits behind \\x.');
  return `\\x${Buffer.from(given, 'base64').toString('hex')}`;
}
