import type { Remark } from '../../lib/sink/contract.ts';
import type { Difference } from './compare.ts';

/** What a remark of this code explains of two different values: what the events do not hold, and no more. */
type Explains = (expected: string | null, actual: string | null) => boolean;

const NUMBER = /-?\d+(?:\.\d+)?/g;
const OLD = /^"?(?:0\d{3}|1[0-4]\d\d|15[0-7]\d|158[0-2])-| BC$/;
const SECONDS_OF_A_DAY = 86_400;

const EXPLAINED: Readonly<Record<string, Explains>> = {
  DefaultForNull: (expected) => expected === null,
  InexactInterval: (expected, actual) => expected !== null && actual !== null,
  TimeZoneLost: (expected, actual) => inUtc(expected) !== undefined && inUtc(expected) === inUtc(actual),
  OldDateInSnapshot: (expected) => OLD.test(expected ?? ''),
  ColumnNotFilled: () => true,
  ColumnAdded: () => true,
  TrailingZerosLost: (expected, actual) => withoutTrailingZeros(expected) === withoutTrailingZeros(actual),
  LeadingZerosLost: (expected, actual) => expected?.replace(/^0+/, '') === actual?.replace(/^0+/, ''),
  MoneyRounded: (expected, actual) => cents(expected) !== undefined && isRounded(cents(expected), cents(actual)),
  MidnightIsAmbiguous: (expected, actual) =>
    expected?.startsWith('24:00:00') === true && actual?.startsWith('00:00:00') === true,
};

/** Remarks that some rows of the source may be gone there and still be here. */
const TOO_MANY: ReadonlySet<string> = new Set(['TruncatesNotSent', 'TruncateOverPartitions', 'DeleteWithoutKey']);

/**
 * The code by which the sink said that it cannot know this; undefined: it is wrong, and nobody was told.
 * @param refused the rows whose messages were refused, by their key
 */
export function saidOf(
  difference: Difference,
  remarks: readonly Remark[],
  refused: ReadonlyMap<string, string>,
): string | undefined {
  const about = refused.get(difference.row);
  if (about !== undefined) return about;
  if (difference.kind === 'extra') return remarks.find(({ code }) => TOO_MANY.has(code))?.code;
  if (difference.kind !== 'value') return undefined;
  const { column, expected, actual } = difference;
  const named = new RegExp(`(?<![\\w$])${column.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  return remarks.find(({ code, reason }) => named.test(reason) && EXPLAINED[code]?.(expected, actual ?? null) === true)
    ?.code;
}

/** `12:34:56.789+02` as microseconds of the day in UTC. */
function inUtc(text: string | null): number | undefined {
  const match = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)([+-])(\d\d)(?::(\d\d))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, hours, minutes, seconds, sign, offsetHours, offsetMinutes = 0] = match;
  const offset = Number(offsetHours) * 3600 + Number(offsetMinutes) * 60;
  const local = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const utc = (local - (sign === '-' ? -offset : offset) + 2 * SECONDS_OF_A_DAY) % SECONDS_OF_A_DAY;
  return Math.round(utc * 1e6);
}

function withoutTrailingZeros(text: string | null): string | undefined {
  return text?.replace(NUMBER, (number) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number));
}

function cents(text: string | null): bigint | undefined {
  const digits = /^-?\$[\d,]+\.\d\d$/.test(text ?? '') ? text?.replace(/[$,.]/g, '') : undefined;
  return digits === undefined ? undefined : BigInt(digits);
}

/** As far apart as a number and its nearest double. */
function isRounded(expected = 0n, actual = 0n): boolean {
  const [size, error] = [expected, expected - actual].map((each) => (each < 0n ? -each : each)) as [bigint, bigint];
  return error > 0n && error <= size >> 52n;
}
