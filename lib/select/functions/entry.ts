import type { TypeSet } from '../types.ts';
import type { Timestamp } from '../values/timestamp.ts';
import type { Value } from '../values/value.ts';

export interface Parameter {
  readonly name: string;
  /** What an argument may be; NULL, MISSING and CSV fields always may. */
  readonly types: TypeSet;
  readonly optional?: true;
  /** The last parameter may come any number of times. */
  readonly repeated?: true;
}

/** What a function knows of its call before any record is read. */
export interface Call {
  /** The date part or the side, in upper case; empty for functions without. */
  readonly keyword: string;
  /** The arguments that are literals. */
  readonly constants: readonly (Value | undefined)[];
  /** The query's time. Throws when the query was prepared without a clock. */
  readonly now: () => Timestamp;
}

/** Takes up to three arguments, which are known and of the parameters' types. */
export type Strict = (a: Value, b: Value, c: Value) => Value;
export type Evaluate<R> = (row: R) => Value;

/**
 * `strict` functions are NULL for a NULL and MISSING for a MISSING argument. Their `bind` may throw RecordError for a
 * constant that can never be right: that is an error of the query. `lazy` ones evaluate their arguments themselves.
 */
export type Implementation =
  | { readonly kind: 'strict'; readonly bind: (call: Call) => Strict }
  | { readonly kind: 'lazy'; readonly bind: <R>(args: readonly Evaluate<R>[]) => Evaluate<R> };

export const FAMILIES = ['string', 'date', 'conditional', 'ours'] as const;

/** A function: everything that analysis, evaluation and the reference of the dialect say of it. */
export interface FunctionEntry {
  readonly name: string;
  readonly family: (typeof FAMILIES)[number];
  /** As one writes it. */
  readonly signature: string;
  readonly parameters: readonly Parameter[];
  /** The type of its result, or `'argument'`: the types of all its arguments. NULL and MISSING come on top. */
  readonly result: TypeSet | 'argument';
  readonly summary: string;
  readonly implementation: Implementation;
}
