import { Timestamp } from '../../../select/values/timestamp.ts';
import { Untyped, type Value } from '../../../select/values/value.ts';
import { uncastable } from './uncastable.ts';

const CONVERT = 'Say what it means: `convert: { field: { type: timestamp, unit: ms } }`.';
const WITHOUT_ZONE = /^\d{4,6}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/;
const WITH_ZONE = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([+-]\d\d)(?::?(\d\d))?$/;
const pad = (n: number, width = 2) => String(n).padStart(width, '0');

/** With its offset; text without one is UTC, as everywhere in Sluice, and not what the server's session takes it for. */
export function timestamptzText(value: Value): string {
  if (value instanceof Timestamp) return `${dateOf(value)} ${timeOf(value)}${offsetOf(value)}`;
  const text = textOf(value);
  return WITHOUT_ZONE.test(text) ? `${text}Z` : text;
}

/** PostgreSQL drops an offset here without a word: what has one is moved to UTC first. */
export function timestampText(value: Value): string {
  if (value instanceof Timestamp) {
    const utc = value.offset ? value.add('minute', -value.offset) : value;
    return `${dateOf(utc)} ${timeOf(utc)}`;
  }
  const text = textOf(value);
  const zoned = WITH_ZONE.exec(text);
  if (zoned === null) return text;
  const [, year, month, day, time, hours, minutes = '00'] = zoned;
  const moment = Timestamp.parse(`${year}-${month}-${day}T${time}${hours}:${minutes}`);
  return moment === undefined ? text : timestampText(moment);
}

export function dateText(value: Value): string {
  if (value instanceof Timestamp) return dateOf(value);
  return textOf(value);
}

export function timeText(value: Value): string {
  if (value instanceof Timestamp) return timeOf(value);
  return textOf(value);
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  throw uncastable(value, CONVERT);
}

function dateOf({ year, month, day }: Timestamp): string {
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

function timeOf({ hour, minute, second, fraction }: Timestamp): string {
  return `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction === '' ? '' : `.${fraction}`}`;
}

function offsetOf({ offset }: Timestamp): string {
  if (!offset) return '+00';
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
