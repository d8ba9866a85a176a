import { RecordError } from '../../select/values/record-error.ts';
import { dateOfDays, Timestamp } from '../../select/values/timestamp.ts';
import { Untyped, type Value } from '../../select/values/value.ts';

/** Digits behind the second's point of what a type counts in. */
export type Fraction = 0 | 3 | 6 | 9;

const DAY = 86_400;
/** What PostgreSQL's JDBC driver says for infinity, in milliseconds, and what becomes of it as days in 32 bits: of a snapshot, of the stream. */
const INFINITE_MS = 9223372036825200n;
const MINUS_INFINITE_MS = -9223372036832400n;
const INFINITE_DAYS: readonly number[] = [-622_191_234, -2_147_472_692];
const MINUS_INFINITE_DAYS: readonly number[] = [-625_821_272, -2_147_472_691];
/** The same as ISO 8601, where the connector writes text. */
const INFINITE_TEXT: ReadonlySet<string> = new Set(['+292278994-08-16', '-5877611-06-21', '+294247-01-10T04:00:25.2']);
const MINUS_INFINITE_TEXT: ReadonlySet<string> = new Set([
  '+292269055-12-02',
  '-5877611-06-22',
  '-290308-12-21T19:59:27.6',
]);
/** The first day that PostgreSQL knows, 4714-11-24 BC; no other source goes further back. */
const FIRST_DAY = -2_440_588;

const INFINITE = new Untyped('infinity');
const MINUS_INFINITE = new Untyped('-infinity');

/** A date from days since 1970-01-01. Throws RecordError `OutOfRange`. */
export function dateOf(days: number): Value {
  if (INFINITE_DAYS.includes(days)) return INFINITE;
  if (MINUS_INFINITE_DAYS.includes(days)) return MINUS_INFINITE;
  if (days < FIRST_DAY) throw outOfRange('date');
  const date = dateOfDays(days);
  return Timestamp.of({ ...date, precision: 'day' }) ?? new Untyped(`${dayText(date)}${era(date.year)}`);
}

/**
 * A moment from a count since 1970, in seconds and `fraction` digits behind them.
 * @param offset 0 for a moment; undefined for a timestamp without time zone, which is the wall clock counted as if in UTC
 * Throws RecordError `OutOfRange`.
 */
export function timestampOf(count: bigint, fraction: Fraction, offset: 0 | undefined): Value {
  const unit = 10n ** BigInt(fraction);
  const ms = fraction <= 3 ? count * (1000n / unit) : count / (unit / 1000n);
  if (ms === INFINITE_MS) return INFINITE;
  if (ms === MINUS_INFINITE_MS) return MINUS_INFINITE;
  const rest = ((count % unit) + unit) % unit;
  const seconds = Number((count - rest) / unit);
  const digits = fraction === 0 ? '' : rest.toString().padStart(fraction, '0');
  const days = Math.floor(seconds / DAY);
  if (days < FIRST_DAY) throw outOfRange('timestamp');
  const date = dateOfDays(days);
  const [hour, minute, second] = clock(seconds - days * DAY);
  const timestamp = Timestamp.of({ ...date, hour, minute, second, fraction: digits, offset, precision: 'second' });
  if (timestamp !== undefined) return timestamp;
  const point = digits === '' ? '' : `.${digits}`;
  const zone = offset === undefined ? '' : '+00';
  return new Untyped(`${dayText(date)} ${clockText(hour, minute, second)}${point}${zone}${era(date.year)}`);
}

/** A time of day, or a span of MySQL's `time` beyond one, from a count since midnight: `12:34:56.789012`, `24:00:00`, `-838:59:59`. */
export function timeOf(count: bigint, fraction: Fraction): string {
  const size = count < 0n ? -count : count;
  const unit = 10n ** BigInt(fraction);
  const digits = (size % unit).toString().padStart(fraction, '0').replace(/0+$/, '');
  const text = clockText(...clock(Number(size / unit)));
  return `${count < 0n ? '-' : ''}${text}${digits === '' ? '' : `.${digits}`}`;
}

const ISO = /^([+-]?\d{4,9})-(\d\d)-(\d\d)(?:T(\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A date, a timestamp or a moment from ISO 8601 as Java writes it: `2024-02-29Z`, `2024-02-29T12:34:56.789Z`,
 * `-0043-03-15T12:00:00.5Z` for 44 BC. Undefined for any other text.
 * @param zoned false: the `Z` means nothing, since the source's type has no time zone
 */
export function momentOf(text: string, zoned: boolean): Value | undefined {
  if (text === 'infinity') return INFINITE;
  if (text === '-infinity') return MINUS_INFINITE;
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', time, zone = ''] = match;
  const plain = time === undefined ? `${year}-${month}-${day}` : `${year}-${month}-${day}T${time}`;
  if (INFINITE_TEXT.has(plain)) return INFINITE;
  if (MINUS_INFINITE_TEXT.has(plain)) return MINUS_INFINITE;
  const number = Number(year);
  if (number >= 1 && number <= 9999) {
    const offset = zoned && zone !== '' ? zone : '-00:00';
    return Timestamp.parse(time === undefined ? plain : `${plain}${offset}`);
  }
  if (number < -4713) throw outOfRange('timestamp');
  const at = time === undefined ? '' : ` ${time}${zoned ? zone.replace('Z', '+00') : ''}`;
  return new Untyped(`${yearText(number)}-${month}-${day}${at}${era(number)}`);
}

function outOfRange(what: string): RecordError {
  return new RecordError(
    'OutOfRange',
    `a ${what} is before the first day that there is; the connector has lost the value`,
  );
}

function clock(seconds: number): [hour: number, minute: number, second: number] {
  return [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
}

const pad = (n: number, width = 2) => String(n).padStart(width, '0');
const clockText = (hour: number, minute: number, second: number) => `${pad(hour)}:${pad(minute)}:${pad(second)}`;
const era = (year: number) => (year < 1 ? ' BC' : '');
const yearText = (year: number) => pad(year < 1 ? 1 - year : year, 4);
const dayText = ({ year, month, day }: { year: number; month: number; day: number }) =>
  `${yearText(year)}-${pad(month)}-${pad(day)}`;
