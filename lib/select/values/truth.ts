import { isUnknown, typeName } from './compare.ts';
import { RecordError } from './record-error.ts';
import { Untyped, type Value } from './value.ts';

/** Three-valued logic. UNKNOWN is what NULL and MISSING are as conditions. */
export const Truth = { FALSE: 0, TRUE: 1, UNKNOWN: 2 } as const;
export type Truth = (typeof Truth)[keyof typeof Truth];

/** A value as a condition. Throws RecordError `InvalidDataType` for what is neither a boolean nor unknown. */
export function truthOf(value: Value): Truth {
  if (value === true) return Truth.TRUE;
  if (value === false) return Truth.FALSE;
  if (isUnknown(value)) return Truth.UNKNOWN;
  if (value instanceof Untyped) {
    const lower = value.text.toLowerCase();
    return lower === 'true' ? Truth.TRUE : lower === 'false' ? Truth.FALSE : Truth.UNKNOWN;
  }
  throw new RecordError('InvalidDataType', `a condition is ${typeName(value)}, not BOOL`);
}

export function fromTruth(truth: Truth): boolean | null {
  return truth === Truth.TRUE ? true : truth === Truth.FALSE ? false : null;
}

export function not(truth: Truth): Truth {
  return truth === Truth.UNKNOWN ? Truth.UNKNOWN : truth === Truth.TRUE ? Truth.FALSE : Truth.TRUE;
}
