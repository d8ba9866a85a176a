import { ANY } from '../types.ts';
import { equal, isList, isUnknown, same } from '../values/compare.ts';
import { MISSING } from '../values/missing.ts';
import { Struct, type Value } from '../values/value.ts';
import type { FunctionEntry } from './entry.ts';

function sameForNullif(a: Value, b: Value): boolean {
  return isList(a) || a instanceof Struct ? same(a, b) : equal(a, b) === true;
}

export const CONDITIONAL_FUNCTIONS: readonly FunctionEntry[] = [
  {
    name: 'COALESCE',
    family: 'conditional',
    signature: 'COALESCE(value, …)',
    parameters: [{ name: 'value', types: ANY, repeated: true }],
    result: 'argument',
    summary: 'The first argument that is neither NULL nor MISSING, else NULL.',
    implementation: {
      kind: 'lazy',
      bind: (args) => (row) => {
        for (const arg of args) {
          const value = arg(row);
          if (!isUnknown(value)) return value;
        }
        return null;
      },
    },
  },
  {
    name: 'NULLIF',
    family: 'conditional',
    signature: 'NULLIF(value, other)',
    parameters: [
      { name: 'value', types: ANY },
      { name: 'other', types: ANY },
    ],
    result: 'argument',
    summary: 'NULL if both are equal, else the first. A first argument that is MISSING is NULL.',
    implementation: {
      kind: 'lazy',
      bind: (args) => {
        const [first, second] = [args[0]!, args[1]!];
        return (row) => {
          const value = first(row);
          if (value === null || value === MISSING) return null;
          return sameForNullif(value, second(row)) ? null : value;
        };
      },
    },
  },
];
