import type { Expression } from './ast.ts';
import type { Evaluate } from './compile/environment.ts';
import { compilePredicate } from './compile/predicate.ts';
import { bytePredicates } from './fields/byte-predicates.ts';
import { Found, type Span } from './fields/span.ts';
import type { PreparedQuery } from './prepare.ts';
import { MISSING } from './values/missing.ts';
import { Timestamp } from './values/timestamp.ts';

/** What a query needs of each record, for `preview --explain`. */
export interface Explanation {
  /** The columns that are looked for, each once: as written, without the alias. Undefined: all of them (`*`). */
  readonly columns: readonly string[] | undefined;
  /** Where the filter is evaluated: on the record's bytes alone, in part, or on values made of them. Undefined: no WHERE. */
  readonly filter: 'bytes' | 'mixed' | 'values' | undefined;
  /** The aggregates whose state is kept: one value each, however many records there are. */
  readonly aggregates: readonly string[];
  readonly limit: number | undefined;
}

export function explain({ analysis }: PreparedQuery): Explanation {
  const { select, references, aggregates } = analysis;
  const names = references.map((column) => (column.kind === 'row' ? '*' : column.step.name));
  return {
    columns: select.projections === '*' || names.includes('*') ? undefined : [...new Set(names)],
    filter: select.where === undefined ? undefined : filterOf(select.sql, select.where),
    aggregates: aggregates.map(({ name, operand }) => `${name}(${operand === undefined ? '*' : '…'})`),
    limit: select.limit,
  };
}

/** Compiles the filter against columns that count what they are asked for on bytes, and what as a value. */
function filterOf(sql: string, where: Expression): Explanation['filter'] {
  const asked = { bytes: 0, values: 0 };
  const bytes = bytePredicates<Span>({
    locate: () => {
      asked.bytes++;
      return () => Found.MISSING;
    },
    decode: () => MISSING,
  });
  const column = (): Evaluate<Span> => {
    asked.values++;
    return () => MISSING;
  };
  compilePredicate(sql, where, { column, now: () => Timestamp.fromEpoch(0), bytes });
  if (asked.values === 0) return 'bytes';
  return asked.bytes === 0 ? 'values' : 'mixed';
}
