import { RecordError } from './record-error.ts';

/** From coarse to fine. `minute` stands for a time without seconds: an hour never comes without its minutes. */
export const PRECISIONS = ['year', 'month', 'day', 'minute', 'second'] as const;
export type Precision = (typeof PRECISIONS)[number];

export const DATE_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
export type DatePart = (typeof DATE_PARTS)[number];

export interface TimestampFields {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** Digits behind the second's point. */
  readonly fraction?: string;
  /** Minutes east of UTC; undefined: unknown (`-00:00`). */
  readonly offset?: number | undefined;
  readonly precision: Precision;
}

const SECONDS = { day: 86_400, hour: 3_600, minute: 60, second: 1 } as const;
const pad = (n: number, width = 2) => String(n).padStart(width, '0');

/** Days of the proleptic Gregorian calendar since 1970-01-01. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The day so many days after 1970-01-01, of any year: 0 is 1 BC. */
export function dateOfDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const TEXT = /^(\d{4})(?:T|-(\d\d)(?:T|-(\d\d)(?:T?|T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d|T))))$/;

/**
 * A moment with the precision it was written in, as in Ion and the W3C note: `2010T`, `2010-02T`, `2010-02-03`,
 * `2010-02-03T04:05Z`, `2010-02-03T04:05:06.789+01:00`. Years 1 to 9999.
 */
export class Timestamp {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: string;
  readonly offset: number | undefined;
  readonly precision: Precision;

  private constructor(fields: TimestampFields) {
    this.year = fields.year;
    this.month = fields.month ?? 1;
    this.day = fields.day ?? 1;
    this.hour = fields.hour ?? 0;
    this.minute = fields.minute ?? 0;
    this.second = fields.second ?? 0;
    this.fraction = fields.fraction ?? '';
    this.offset = fields.offset;
    this.precision = fields.precision;
  }

  /** Undefined when a field is out of its range. */
  static of(fields: TimestampFields): Timestamp | undefined {
    const t = new Timestamp(fields);
    const inRange =
      t.year >= 1 &&
      t.year <= 9999 &&
      t.month >= 1 &&
      t.month <= 12 &&
      t.day >= 1 &&
      t.day <= daysInMonth(t.year, t.month) &&
      t.hour <= 23 &&
      t.minute <= 59 &&
      t.second <= 59 &&
      (t.offset === undefined || Math.abs(t.offset) < 1440);
    return inRange ? t : undefined;
  }

  /** Undefined for text that is no timestamp. The `T` that AWS's own examples write in the place of an offset is taken as an unknown offset. */
  static parse(text: string): Timestamp | undefined {
    const match = TEXT.exec(text);
    if (match === null) return undefined;
    const [, year, month, day, hour, minute, second, fraction, zone] = match;
    const number = (digits: string | undefined, fallback: number) => (digits === undefined ? fallback : Number(digits));
    return Timestamp.of({
      year: Number(year),
      month: number(month, 1),
      day: number(day, 1),
      hour: number(hour, 0),
      minute: number(minute, 0),
      second: number(second, 0),
      fraction: fraction ?? '',
      offset: zone === undefined ? undefined : offsetOf(zone),
      precision:
        month === undefined
          ? 'year'
          : day === undefined
            ? 'month'
            : hour === undefined
              ? 'day'
              : second === undefined
                ? 'minute'
                : 'second',
    });
  }

  /** Milliseconds since 1970, in UTC, to the millisecond. */
  static fromEpoch(milliseconds: number): Timestamp {
    const seconds = Math.floor(milliseconds / 1000);
    const fraction = pad(Math.floor(milliseconds - seconds * 1000), 3);
    return fromLocalSeconds(seconds, { precision: 'second', fraction, offset: 0 });
  }

  /** Whole seconds since 1970-01-01T00:00Z; an unknown offset counts as UTC. */
  epochSeconds(): number {
    return this.localSeconds() - (this.offset ?? 0) * 60;
  }

  /** Moments are compared, whatever their offsets and precisions: `2010T` equals `2010-01-01T00:00:00.000Z`. */
  compare(other: Timestamp): number {
    const difference = this.epochSeconds() - other.epochSeconds();
    if (difference !== 0) return difference < 0 ? -1 : 1;
    const width = Math.max(this.fraction.length, other.fraction.length);
    const a = this.fraction.padEnd(width, '0');
    const b = other.fraction.padEnd(width, '0');
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /**
   * Adds to one part; months and years keep the day, or clamp it to the month's last. The result is as precise as the part
   * needs. Throws RecordError `EvaluatorInvalidArguments` when the result leaves the years 1 to 9999.
   */
  add(part: DatePart, quantity: number): Timestamp {
    const needed: Precision = part === 'hour' ? 'minute' : part;
    const precision = PRECISIONS[Math.max(PRECISIONS.indexOf(this.precision), PRECISIONS.indexOf(needed))]!;
    if (part === 'year' || part === 'month') {
      const months = this.year * 12 + (this.month - 1) + quantity * (part === 'year' ? 12 : 1);
      const year = Math.floor(months / 12);
      const month = months - year * 12 + 1;
      const { hour, minute, second, fraction, offset } = this;
      const day = Math.min(this.day, daysInMonth(year, month));
      return inYears(Timestamp.of({ year, month, day, hour, minute, second, fraction, offset, precision }));
    }
    const { fraction, offset } = this;
    return fromLocalSeconds(this.localSeconds() + quantity * SECONDS[part], { precision, fraction, offset });
  }

  /** Whole parts from this moment to the other, towards zero: 23 hours are 0 days. */
  until(other: Timestamp, part: DatePart): number {
    const sign = this.compare(other) <= 0 ? 1 : -1;
    const [from, to] = sign === 1 ? [this, other] : [other, this];
    if (part === 'year' || part === 'month') {
      const a = from.utc();
      const b = to.utc();
      let months = (b.year - a.year) * 12 + (b.month - a.month);
      if (months > 0 && a.add('month', months).compare(b) > 0) months--;
      return sign * (part === 'year' ? Math.floor(months / 12) : months) + 0;
    }
    let seconds = to.epochSeconds() - from.epochSeconds();
    const width = Math.max(from.fraction.length, to.fraction.length);
    if (from.fraction.padEnd(width, '0') > to.fraction.padEnd(width, '0')) seconds--;
    return sign * Math.floor(seconds / SECONDS[part]) + 0;
  }

  /** The text of the least precision that holds it, as `parse` reads it. */
  toString(): string {
    const { precision, offset } = this;
    if (precision === 'year') return `${pad(this.year, 4)}T`;
    if (precision === 'month') return `${pad(this.year, 4)}-${pad(this.month)}T`;
    const date = `${pad(this.year, 4)}-${pad(this.month)}-${pad(this.day)}`;
    if (precision === 'day') return date;
    const zone = offset === undefined ? '-00:00' : offset === 0 ? 'Z' : offsetText(offset, ':');
    const seconds =
      precision === 'minute' ? '' : `:${pad(this.second)}${this.fraction === '' ? '' : `.${this.fraction}`}`;
    return `${date}T${pad(this.hour)}:${pad(this.minute)}${seconds}${zone}`;
  }

  private utc(): Timestamp {
    const { fraction, precision } = this;
    return fromLocalSeconds(this.epochSeconds(), { precision, fraction, offset: 0 });
  }

  private localSeconds(): number {
    return daysSinceEpoch(this.year, this.month, this.day) * 86_400 + this.hour * 3600 + this.minute * 60 + this.second;
  }
}

function inYears(timestamp: Timestamp | undefined): Timestamp {
  if (timestamp === undefined)
    throw new RecordError('EvaluatorInvalidArguments', 'the timestamp leaves the years 1 to 9999');
  return timestamp;
}

function fromLocalSeconds(
  seconds: number,
  rest: Pick<TimestampFields, 'precision' | 'fraction' | 'offset'>,
): Timestamp {
  const days = Math.floor(seconds / 86_400);
  const time = seconds - days * 86_400;
  const hour = Math.floor(time / 3600);
  const minute = Math.floor((time % 3600) / 60);
  return inYears(Timestamp.of({ ...dateOfDays(days), hour, minute, second: time % 60, ...rest }));
}

function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  if (zone === 'T' || zone === '-00:00') return undefined;
  const minutes = Number(zone.slice(4, 6));
  if (minutes > 59) return Number.NaN;
  return (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + minutes);
}

/** `+07:00`, or `+0700` with an empty separator. */
export function offsetText(offset: number, separator: string): string {
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${separator}${pad(size % 60)}`;
}
