import type { AggregateNode, ColumnNode, CompareOperator } from '../ast.ts';
import type { Evaluate } from '../functions/entry.ts';
import type { LikePattern } from '../values/like.ts';
import type { Timestamp } from '../values/timestamp.ts';
import type { Truth } from '../values/truth.ts';
import type { Value } from '../values/value.ts';

export type { Evaluate };
export type Predicate<R> = (row: R) => Truth;

/**
 * Where an expression's columns come from. Expressions are compiled against it once and know nothing else of a row: the
 * same expression runs over records in a window and over messages in memory.
 */
export interface Environment<R> {
  /** Throws SluiceError (`MissingHeaderName`, …) for a column that cannot be. */
  column(node: ColumnNode): Evaluate<R>;
  /** The value of an aggregate over all rows. Only for the SELECT list of an aggregate query. */
  aggregate?(node: AggregateNode): Evaluate<R>;
  /** UTCNOW(). Throws when there is no clock. */
  now(): Timestamp;
  /** Tests on a column's bytes as they stand, for environments that have bytes. */
  readonly bytes?: BytePredicates<R>;
}

/** Each gives what the test over values gives, or undefined where it cannot be done on bytes. */
export interface BytePredicates<R> {
  compare(node: ColumnNode, operator: CompareOperator, literal: Value): Predicate<R> | undefined;
  in(node: ColumnNode, literals: readonly Value[]): Predicate<R> | undefined;
  like(node: ColumnNode, pattern: LikePattern): Predicate<R> | undefined;
  is(node: ColumnNode, what: 'null' | 'missing'): Predicate<R> | undefined;
}
