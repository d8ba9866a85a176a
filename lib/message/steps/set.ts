import { MISSING } from '../../select/values/missing.ts';
import { RecordError } from '../../select/values/record-error.ts';
import type { Value } from '../../select/values/value.ts';
import { type CompileOptions, compileExpression } from '../expression.ts';
import { Arrangement } from './arrangement.ts';
import { type CompiledStep, derivedUnchanged, withRow } from './fields.ts';
import { knowledgeOf } from './knowledge.ts';
import { SameNames } from './same-names.ts';

/** All expressions see the row as it was before the step. Throws SluiceError. */
export function compileSet(set: Readonly<Record<string, string>>, options: CompileOptions): CompiledStep {
  const fields = Object.entries(set).map(([name, sql]) => ({ name, expression: compileExpression(sql, options) }));
  const arrangement = new Arrangement();
  const names = new SameNames();
  return {
    run(before) {
      const made: string[] = [];
      const values: Value[] = [];
      const left: string[] = [];
      for (const { name, expression } of fields) {
        const knowledge = knowledgeOf(name, expression, before);
        if (knowledge === 'known') {
          const value = expression.evaluate(before.row);
          made.push(name);
          values.push(value === MISSING ? null : value);
        } else if (knowledge === 'unchanged') left.push(name);
        else if (before.row.names.includes(name)) {
          throw new RecordError(
            'KeyNotKnown',
            `${name} is in the key and is made of fields that a delete does not tell`,
          );
        }
      }
      const rest = left.length === 0 ? before : derivedUnchanged(before, left);
      const after = withRow(rest, arrangement.put(rest.row, names.of(made), values));
      if (after.unchanged.length === 0) return after;
      return { ...after, unchanged: after.unchanged.filter((name) => !made.includes(name)) };
    },
    carry: (name) => (Object.hasOwn(set, name) ? undefined : name),
  };
}
