import { CONDITIONAL_FUNCTIONS } from './conditional.ts';
import { DATE_FUNCTIONS } from './date.ts';
import type { FunctionEntry } from './entry.ts';
import { OUR_FUNCTIONS } from './ours.ts';
import { STRING_FUNCTIONS } from './string.ts';

/** Every function by its name in upper case. Aggregates, CAST and CASE are syntax, not functions. */
export const FUNCTIONS: ReadonlyMap<string, FunctionEntry> = new Map(
  [...STRING_FUNCTIONS, ...DATE_FUNCTIONS, ...CONDITIONAL_FUNCTIONS, ...OUR_FUNCTIONS].map((entry) => [
    entry.name,
    entry,
  ]),
);
