import { Decimal } from './decimal.ts';
import { MISSING } from './missing.ts';
import { compareNumbers, isNumeric, parseNumber } from './number.ts';
import { compareText } from './text.ts';
import { Timestamp } from './timestamp.ts';
import { Float, Struct, Untyped, type Value } from './value.ts';

/** What comes of an ordering that has no answer: the comparison is NULL. */
export const UNORDERED = Number.NaN;

export function isUnknown(value: Value): value is null | typeof MISSING {
  return value === null || value === MISSING;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** What an untyped text is beside a value of a type, or undefined if it does not read as one. */
function beside(text: string, other: Value): Value | undefined {
  if (isNumeric(other)) return parseNumber(text);
  if (other instanceof Timestamp) return Timestamp.parse(text);
  if (typeof other === 'boolean') return parseBoolean(text);
  return text;
}

export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** Below 0, 0 or above 0; UNORDERED when one side is unknown or the two have no order. */
export function order(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isUnknown(a) || isUnknown(b)) return UNORDERED;
  if (a instanceof Untyped) {
    if (b instanceof Untyped) return compareText(a.text, b.text);
    const typed = beside(a.text, b);
    return typed === undefined ? UNORDERED : order(typed, b);
  }
  if (b instanceof Untyped) {
    const typed = beside(b.text, a);
    return typed === undefined ? UNORDERED : order(a, typed);
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.compare(b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return UNORDERED;
}

/**
 * `=`: undefined when it is unknown. Values of different types are not equal; an untyped text that does not read as what
 * stands beside it is unknown, as it is for `<`.
 */
export function equal(a: Value, b: Value): boolean | undefined {
  if (isUnknown(a) || isUnknown(b)) return undefined;
  if (isList(a) || a instanceof Struct || isList(b) || b instanceof Struct) return same(a, b);
  const sign = order(a, b);
  if (!Number.isNaN(sign)) return sign === 0;
  return a instanceof Untyped || b instanceof Untyped ? undefined : false;
}

/** Deep equality, in which NULL is NULL and MISSING is MISSING. Members of objects are compared without regard to order. */
export function same(a: Value, b: Value): boolean {
  if (isUnknown(a) || isUnknown(b)) return a === b;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => same(item, b[i]!));
  if (a instanceof Struct) {
    if (!(b instanceof Struct) || a.names.length !== b.names.length) return false;
    return a.names.every((name, i) => {
      const at = b.names.indexOf(name);
      return at >= 0 && same(a.values[i]!, b.values[at]!);
    });
  }
  return !isList(b) && !(b instanceof Struct) && equal(a, b) === true;
}

/** A value's type as an error names it. */
export function typeName(value: Value): string {
  if (value === null) return 'NULL';
  if (value === MISSING) return 'MISSING';
  if (typeof value === 'string' || value instanceof Untyped) return 'STRING';
  if (typeof value === 'boolean') return 'BOOL';
  if (value instanceof Timestamp) return 'TIMESTAMP';
  if (value instanceof Decimal) return 'DECIMAL';
  if (value instanceof Float) return 'FLOAT';
  if (isList(value)) return 'LIST';
  return value instanceof Struct ? 'STRUCT' : 'INT';
}
