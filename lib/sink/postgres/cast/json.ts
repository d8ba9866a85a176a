import { Decimal } from '../../../select/values/decimal.ts';
import { MISSING } from '../../../select/values/missing.ts';
import { Timestamp } from '../../../select/values/timestamp.ts';
import { Float, Struct, Untyped, type Value } from '../../../select/values/value.ts';

/** JSON text, every digit kept. What is missing in an object is left out; in a list it is null. */
export function jsonText(value: Value): string {
  if (value === null || value === MISSING) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Untyped) return JSON.stringify(value.text);
  if (value instanceof Decimal) return value.toString();
  // NaN and the infinities are no JSON numbers: as text they keep their meaning, as in what connectors send.
  if (value instanceof Float) return Number.isFinite(value.value) ? String(value.value) : `"${value.value}"`;
  if (value instanceof Timestamp) return JSON.stringify(value.toString());
  if (value instanceof Struct) return objectText(value);
  return `[${value.map(jsonText).join(',')}]`;
}

function objectText({ names, values }: Struct): string {
  const members: string[] = [];
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    if (value !== undefined && value !== MISSING) members.push(`${JSON.stringify(names[i])}:${jsonText(value)}`);
  }
  return `{${members.join(',')}}`;
}
