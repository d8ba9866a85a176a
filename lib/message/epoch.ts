import { decimalOf } from '../select/values/number.ts';
import { RecordError } from '../select/values/record-error.ts';
import { Timestamp } from '../select/values/timestamp.ts';
import type { Numeric } from '../select/values/value.ts';
import type { TimeUnit } from './options.ts';

const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** Of a fraction of a second: more than any clock's, and few enough to calculate with. */
const MOST_DIGITS = 60;

/** A moment from a number since 1970, in UTC, to the last digit. Throws RecordError `CastFailed` outside the years 1 to 9999. */
export function timestampOfEpoch(count: Numeric, unit: TimeUnit): Timestamp {
  const { coefficient, exponent } = decimalOf(count);
  const digits = Math.max(0, DIGITS[unit] - exponent);
  if (digits > MOST_DIGITS) throw new RecordError('CastFailed', 'a number has more digits than a moment can have');
  // A longer one is outside of the years anyway.
  const scaled =
    exponent > 20 ? coefficient * 10n ** 20n : coefficient * 10n ** BigInt(Math.max(0, exponent - DIGITS[unit]));
  const second = 10n ** BigInt(digits);
  const rest = ((scaled % second) + second) % second;
  const seconds = Number((scaled - rest) / second);
  const fraction = digits === 0 ? '' : rest.toString().padStart(digits, '0');
  const whole = wholeSecond(seconds);
  const { year, month, day, hour, minute } = whole;
  const timestamp = Timestamp.of({
    ...{ year, month, day, hour, minute, second: whole.second },
    fraction,
    offset: 0,
    precision: 'second',
  });
  return timestamp ?? whole;
}

function wholeSecond(seconds: number): Timestamp {
  try {
    return Timestamp.fromEpoch(seconds * 1000);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new RecordError('CastFailed', 'a number is no moment of the years 1 to 9999 in that unit');
  }
}
