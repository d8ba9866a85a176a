import type { TimeUnit } from '../../message/options.ts';
import { Decimal } from '../../select/values/decimal.ts';
import { Timestamp } from '../../select/values/timestamp.ts';
import { Float, Untyped, type Value } from '../../select/values/value.ts';

export type Precision = 'ms' | 'us' | 'ns';

/** A moment as a count of the database's unit since 1970: a `number` while it is a safe integer, else a `bigint`. */
export type Ticks = number | bigint;

/** How many digits behind the second. */
export const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;

/** The last moment that a database of each precision takes, as the server has it. */
export const LATEST: Readonly<Record<Precision, bigint>> = {
  ms: 31_556_995_200_000n,
  us: 31_556_995_200_000_000n,
  ns: 9_214_646_400_000_000_000n,
};

/**
 * A number since 1970 in the database's unit, exact: what is finer than that is cut off, towards the past. Undefined for
 * what is no number.
 */
export function ticksOfNumber(value: Value, unit: TimeUnit, precision: Precision): Ticks | undefined {
  const shift = DIGITS[precision] - DIGITS[unit];
  if (typeof value === 'number') {
    const power = POWERS[Math.abs(shift)]!;
    if (shift < 0) {
      const rest = value % power;
      return (value - (rest < 0 ? rest + power : rest)) / power;
    }
    const ticks = value * power;
    return Number.isSafeInteger(ticks) ? ticks : BigInt(value) * BigInt(power);
  }
  if (typeof value === 'bigint') return scaled(value, shift);
  if (value instanceof Decimal) return scaled(value.coefficient, value.exponent + shift);
  if (value instanceof Float)
    return Number.isFinite(value.value) ? ofDecimal(Decimal.fromDouble(value.value), shift) : undefined;
  const text = value instanceof Untyped ? value.text : value;
  if (typeof text !== 'string') return undefined;
  const decimal = Decimal.parse(text);
  return decimal === undefined ? undefined : ofDecimal(decimal, shift);
}

const ofDecimal = ({ coefficient, exponent }: Decimal, shift: number) => scaled(coefficient, exponent + shift);

export function ticksOfTimestamp(moment: Timestamp, precision: Precision): Ticks {
  const digits = DIGITS[precision];
  const seconds = moment.epochSeconds();
  const fraction = Number(moment.fraction.slice(0, digits).padEnd(digits, '0'));
  const ticks = seconds * POWERS[digits]! + fraction;
  return Number.isSafeInteger(ticks) ? ticks : BigInt(seconds) * BigInt(POWERS[digits]!) + BigInt(fraction);
}

/** RFC 3339, whose day and time a space may part, and whose offset may be left out for UTC. */
export function parseMoment(text: string): Timestamp | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null) return Timestamp.parse(text);
  const zone = (match[3] ?? 'Z').toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  return Timestamp.parse(`${match[1]}T${match[2]}${zone}`);
}

/** Beyond this no moment of any unit lies, and powers would only cost time. */
const FARTHEST = 40;

function scaled(coefficient: bigint, exponent: number): Ticks | undefined {
  if (coefficient === 0n) return 0;
  if (exponent > FARTHEST) return undefined;
  if (exponent < -FARTHEST) return coefficient < 0n ? -1 : 0;
  if (exponent >= 0) return small(coefficient * 10n ** BigInt(exponent));
  const power = 10n ** BigInt(-exponent);
  const quotient = coefficient / power;
  return small(coefficient < 0n && quotient * power !== coefficient ? quotient - 1n : quotient);
}

function small(ticks: bigint): Ticks {
  return ticks >= BigInt(Number.MIN_SAFE_INTEGER) && ticks <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(ticks) : ticks;
}
