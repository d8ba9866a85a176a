import { RecordError } from '../../select/values/record-error.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import { type CompileOptions, compileExpression, type RowExpression } from '../expression.ts';
import type { CompiledStep } from './fields.ts';
import { knowledgeOf } from './knowledge.ts';
import { SameNames } from './same-names.ts';

interface Mapped {
  readonly name: string;
  readonly expression: RowExpression;
}

/**
 * The last step: a row of the target's columns, each with the value of its expression. MISSING stays MISSING, which the
 * target takes its column's default for.
 * Throws SluiceError, whose message begins with the column's name.
 */
export function compileColumns(columns: Readonly<Record<string, string>>, options: CompileOptions): CompiledStep {
  const mapped = Object.entries(columns).map(
    ([name, sql]): Mapped => ({ name, expression: compileExpression(sql, options) }),
  );
  const names = new SameNames();
  return {
    run(fields) {
      const made: string[] = [];
      const values: Value[] = [];
      const unchanged: string[] = [];
      for (const { name, expression } of mapped) {
        const knowledge = knowledgeOf(name, expression, fields);
        if (knowledge === 'unchanged') unchanged.push(name);
        if (knowledge !== 'known') continue;
        made.push(name);
        values.push(evaluated(name, expression, fields.row));
      }
      return { row: new Struct(names.of(made), values), unchanged, partial: fields.partial };
    },
    carry: (field) => mapped.find(({ expression }) => isField(expression, field))?.name,
  };
}

function evaluated(name: string, { evaluate }: RowExpression, row: Struct): Value {
  try {
    return evaluate(row);
  } catch (error) {
    if (error instanceof RecordError) throw new RecordError(error.code, `the column ${name}: ${error.reason}`);
    throw error;
  }
}

function isField({ isColumn, columns }: RowExpression, field: string): boolean {
  return isColumn && columns[0]?.matches(field) === true;
}
