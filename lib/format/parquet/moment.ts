/** Digits behind the second's point. */
export const UNIT_DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

const DAY = 86_400_000;
/** The farthest moment that a Date can hold, in milliseconds: the year 275760. */
const FARTHEST = 8.64e15;

/**
 * A moment counted since 1970 in units of 10^-digits seconds, as RFC 3339. `local`: it was written without a time zone,
 * which is told by the offset `-00:00`, "unknown".
 */
export function momentText(count: bigint, digits: number, local: boolean): string {
  const unit = 10n ** BigInt(digits - 3);
  const beyond = ((count % unit) + unit) % unit;
  const milliseconds = Number((count - beyond) / unit);
  if (Math.abs(milliseconds) > FARTHEST) return sentinel(milliseconds);
  const text = new Date(milliseconds).toISOString().slice(0, -1);
  const finer = digits === 3 ? '' : beyond.toString().padStart(digits - 3, '0');
  return `${text}${finer}${local ? '-00:00' : 'Z'}`;
}

/** A day counted since 1970, as `2020-01-31`. */
export function dateText(days: number): string {
  const milliseconds = days * DAY;
  return Math.abs(milliseconds) > FARTHEST ? sentinel(days) : new Date(milliseconds).toISOString().split('T')[0]!;
}

/** A time of day counted since midnight, as `03:04:05.678`. */
export function timeText(count: bigint, digits: number): string {
  const moment = momentText(count, digits, false);
  return moment.split('T')[1]?.slice(0, -1) ?? moment;
}

/** Nobody means a day 100 million days away: writers have no other way to say "for ever". */
function sentinel(count: number): string {
  return count < 0 ? '-infinity' : 'infinity';
}
