import { Decimal } from '../../../select/values/decimal.ts';
import { MISSING } from '../../../select/values/missing.ts';
import { Timestamp } from '../../../select/values/timestamp.ts';
import { Float, Struct, Untyped, type Value } from '../../../select/values/value.ts';

/** JSON text, every digit kept. What is missing in an object is left out; in a list it is null. */
export function jsonText(value: Value): string {
  if (value === null || value === MISSING) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Struct) return objectText(value);
  if (value instanceof Untyped) return quoted(value.text);
  if (value instanceof Decimal) return value.toString();
  // NaN and the infinities are no JSON numbers: as text they keep their meaning, as in what connectors send.
  if (value instanceof Float) return Number.isFinite(value.value) ? String(value.value) : `"${value.value}"`;
  if (value instanceof Timestamp) return quoted(value.toString());
  return listText(value);
}

/** Quotes, backslashes, control characters, and halves of surrogate pairs, of which one may stand alone. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function listText(items: readonly Value[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += i === 0 ? jsonText(items[i]!) : `,${jsonText(items[i]!)}`;
  return `${text}]`;
}

function objectText({ names, values }: Struct): string {
  const keys = keysOf(names);
  let text = '';
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    if (value !== undefined && value !== MISSING) text += `${text === '' ? '{' : ','}${keys[i]}${jsonText(value)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** `"name":`, for each of an array of names that many objects share. */
const keysByNames = new WeakMap<readonly string[], readonly string[]>();

function keysOf(names: readonly string[]): readonly string[] {
  let known = keysByNames.get(names);
  if (known === undefined) {
    known = names.map((name) => `${quoted(name)}:`);
    keysByNames.set(names, known);
  }
  return known;
}
