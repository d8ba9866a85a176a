import { isList } from '../../select/values/compare.ts';
import { Decimal } from '../../select/values/decimal.ts';
import { MISSING } from '../../select/values/missing.ts';
import { Float, Struct, Untyped, type Value } from '../../select/values/value.ts';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A value as JSON text, numbers to the last digit. NaN, infinities and timestamps are text; members that are MISSING are left out. */
export function jsonText(value: Value): string {
  if (value === null || value === MISSING) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value instanceof Struct) {
    const members = value.names.flatMap((name, i) =>
      value.values[i] === MISSING ? [] : [`${JSON.stringify(name)}:${jsonText(value.values[i]!)}`],
    );
    return `{${members.join(',')}}`;
  }
  if (value instanceof Decimal) return value.toString();
  // A number that no type of ours holds stands as its text.
  if (value instanceof Untyped) return NUMBER.test(value.text) ? value.text : JSON.stringify(value.text);
  if (!(value instanceof Float)) return JSON.stringify(value.toString());
  if (!Number.isFinite(value.value)) return JSON.stringify(String(value.value));
  return Object.is(value.value, -0) ? '-0.0' : String(value.value);
}
