import type { Change, Row } from '../../../lib/message/contract.ts';
import { textOf } from '../../../lib/select/values/cast.ts';
import { isList } from '../../../lib/select/values/compare.ts';
import { MISSING } from '../../../lib/select/values/missing.ts';
import { Float, Struct, type Value } from '../../../lib/select/values/value.ts';

/** A value as a test writes it down: numbers and other scalars as text where JavaScript would round or has no type. */
export function shown(value: Value): unknown {
  if (value === null || value === MISSING || typeof value === 'boolean' || typeof value === 'number') return value;
  if (isList(value)) return value.map(shown);
  if (value instanceof Struct) return shownRow(value);
  if (value instanceof Float) return value.value;
  return textOf(value);
}

export function shownRow({ names, values }: Row): Record<string, unknown> {
  return Object.fromEntries(names.map((name, i) => [name, shown(values[i]!)]));
}

/** A change without its message, its rows as plain objects. */
export function shownChange({ message: _, index: __, ...change }: Change): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(change).flatMap(([name, value]) => {
      if (name === 'schema' || name === 'wire') return [];
      return [[name, value instanceof Struct ? shownRow(value) : value]];
    }),
  );
}
