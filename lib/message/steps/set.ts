import { MISSING } from '../../select/values/missing.ts';
import { RecordError } from '../../select/values/record-error.ts';
import type { Value } from '../../select/values/value.ts';
import { type CompileOptions, compileExpression, type RowExpression } from '../expression.ts';
import { Arrangement } from './arrangement.ts';
import { type CompiledStep, derivedUnchanged, type Fields, withRow } from './fields.ts';

/** All expressions see the row as it was before the step. Throws SluiceError. */
export function compileSet(set: Readonly<Record<string, string>>, options: CompileOptions): CompiledStep {
  const names = Object.keys(set);
  const expressions = names.map((name) => compileExpression(set[name]!, options));
  const arrangement = new Arrangement();
  const known: { names: readonly string[] } = { names };
  return {
    run(fields) {
      const { row, unchanged, partial } = fields;
      if (unchanged.length === 0 && !partial) {
        return withRow(
          fields,
          arrangement.put(
            row,
            names,
            expressions.map((each) => resultOf(each, fields)),
          ),
        );
      }
      const made: string[] = [];
      const values: Value[] = [];
      const left: string[] = [];
      for (const [i, name] of names.entries()) {
        const expression = expressions[i]!;
        const state = knowledge(name, expression, fields);
        if (state === 'unchanged') left.push(name);
        if (state !== 'known') continue;
        made.push(name);
        values.push(resultOf(expression, fields));
      }
      const rest = left.length === 0 ? fields : derivedUnchanged(fields, left);
      // The same array for the same names, so that rows go on to share theirs.
      if (made.join('\n') !== known.names.join('\n')) known.names = made;
      const still = rest.unchanged.filter((name) => !made.includes(name));
      return { row: arrangement.put(rest.row, known.names, values), unchanged: still, partial };
    },
    carry: (name) => (names.includes(name) ? undefined : name),
  };
}

function resultOf({ evaluate }: RowExpression, { row }: Fields): Value {
  const value = evaluate(row);
  return value === MISSING ? null : value;
}

/** What can be said of an expression over a row that is not all there. Throws RecordError where it would have to be guessed. */
function knowledge(name: string, { columns }: RowExpression, fields: Fields): 'known' | 'unchanged' | 'unknown' {
  const { row, unchanged, partial } = fields;
  const gone = columns.filter((column) => unchanged.some((each) => column.matches(each)));
  if (gone.length > 0) {
    if (gone.length === columns.length) return 'unchanged';
    const reason = `${name} is made of ${gone[0]!.name}, which did not change, so that it is not in the message`;
    throw new RecordError('UnchangedFieldNeeded', reason);
  }
  if (!partial || columns.every((column) => column.placeIn(row) >= 0)) return 'known';
  if (!row.names.includes(name)) return 'unknown';
  throw new RecordError('KeyNotKnown', `${name} is in the key and is made of fields that a delete does not tell`);
}
