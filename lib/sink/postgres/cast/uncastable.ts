import { MISSING } from '../../../select/values/missing.ts';
import { isInteger, isNumeric } from '../../../select/values/number.ts';
import { Timestamp } from '../../../select/values/timestamp.ts';
import { Struct, Untyped, type Value } from '../../../select/values/value.ts';

/** A value that a type cannot take. Says what kind of value it is, never which. */
export class Uncastable extends Error {
  override readonly name = 'Uncastable';
  /** What to do about it, where there is something better to say than to convert it. */
  readonly fix: string | undefined;

  constructor(what: string, fix?: string) {
    super(what);
    this.fix = fix;
  }
}

export function uncastable(value: Value, fix?: string): Uncastable {
  return new Uncastable(kindOf(value), fix);
}

function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (value === MISSING) return 'nothing';
  if (typeof value === 'boolean') return 'a boolean';
  if (isInteger(value)) return 'an integer';
  if (isNumeric(value)) return 'a number with a fraction';
  if (typeof value === 'string' || value instanceof Untyped) return 'this text';
  if (value instanceof Timestamp) return 'a timestamp';
  return value instanceof Struct ? 'an object' : 'a list';
}
