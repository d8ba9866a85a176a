import { Decimal } from '../../../select/values/decimal.ts';
import { Float, Untyped, type Value } from '../../../select/values/value.ts';
import { uncastable } from './uncastable.ts';

/** A fraction is refused, never rounded: what the column cannot hold is for whoever wrote the rule to decide. */
export function integerText(value: Value): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  if (value instanceof Decimal && value.isIntegral()) {
    const whole = value.truncate();
    if (whole !== undefined) return whole.toString();
  }
  if (value instanceof Float && Number.isInteger(value.value)) return BigInt(value.value).toString();
  throw uncastable(value, 'Round it in the mapping (`CAST(x AS INT)`), or make the column numeric.');
}

/** What sources call the values that JSON has no numbers for. */
const SPECIAL: Readonly<Record<string, string>> = {
  NAN: 'NaN',
  POSITIVE_INFINITY: 'Infinity',
  NEGATIVE_INFINITY: '-Infinity',
};

export function numberText(value: Value): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Float) return Object.is(value.value, -0) ? '-0' : String(value.value);
  if (typeof value === 'string') return SPECIAL[value] ?? value;
  if (value instanceof Untyped) return value.text;
  throw uncastable(value);
}
