import type { Expression } from '../../select/ast.ts';
import { children, walk } from '../../select/ast.ts';
import { isNumeric } from '../../select/values/number.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Truth } from '../../select/values/truth.ts';
import type { Row, Warning } from '../contract.ts';
import { type CompileOptions, compileCondition, compilePart } from '../expression.ts';
import type { CompiledStep } from './fields.ts';

/** Throws SluiceError. */
export function compileFilter(sql: string, options: CompileOptions): CompiledStep {
  const { holds, columns, expression } = compileCondition(sql, options);
  const comparisons = comparisonsOf(sql, expression, options);
  return {
    run(fields) {
      // A key is not all of a row: a delete of a row that never passed finds nothing.
      if (fields.partial) return fields;
      const gone = fields.unchanged.find((name) => columns.some((column) => column.matches(name)));
      if (gone !== undefined) {
        const reason = `the filter asks for ${gone}, which did not change, so that it is not in the message`;
        throw new RecordError('UnchangedFieldNeeded', reason);
      }
      return holds(fields.row) === Truth.TRUE ? fields : undefined;
    },
    carry: (name) => name,
    warn: (rows) => comparisons.flatMap((mixes) => mixedTypes(mixes, rows)),
  };
}

type Mixes = (row: Row) => boolean;

/** For each comparison of the condition, whether it has text on one side and a number on the other: that is never true. */
function comparisonsOf(sql: string, expression: Expression, options: CompileOptions): readonly Mixes[] {
  const found: Mixes[] = [];
  for (const { node } of walk(expression)) {
    if (node.kind !== 'compare' && node.kind !== 'between' && node.kind !== 'in') continue;
    const [first, ...others] = children(node).map((child) => compilePart(sql, child, options));
    found.push((row) => {
      const value = first!(row);
      const beside = others.map((other) => other(row));
      if (typeof value === 'string') return beside.some(isNumeric);
      return isNumeric(value) && beside.some((other) => typeof other === 'string');
    });
  }
  return found;
}

function mixedTypes(mixes: Mixes, rows: readonly Row[]): readonly Omit<Warning, 'at'>[] {
  const hits = rows.filter((row) => tolerant(mixes, row)).length;
  if (hits === 0) return [];
  return [{ what: 'the filter compared text with a number', rows: hits, of: rows.length }];
}

/** A part that fails for a row makes the step fail, which is told there. */
function tolerant(mixes: Mixes, row: Row): boolean {
  try {
    return mixes(row);
  } catch (error) {
    if (error instanceof RecordError) return false;
    throw error;
  }
}
