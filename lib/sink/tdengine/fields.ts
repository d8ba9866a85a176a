import type { Row } from '../../message/contract.ts';
import { compileExpression } from '../../message/expression.ts';
import { FieldFinder } from '../../message/field-finder.ts';
import type { Value } from '../../select/values/value.ts';

/** A field or an expression, ready to be read from rows. Throws RecordError. */
export type Read = (row: Row) => Value;

/** Throws SluiceError of stage `select` for what is no expression. */
export function expressionReader(expression: string, now: () => number): Read {
  return compileExpression(expression, { now }).evaluate;
}

/** A field by its name, or by the path to it (`meta.id`); a name with other characters must stand in the row as it is written. */
export function fieldReader(field: string, now: () => number): Read {
  if (/^[A-Za-z_]\w*([.[]).*$/.test(field)) return expressionReader(field, now);
  const finder = new FieldFinder(field, !/^\w+$/.test(field));
  return (row) => finder.valueIn(row);
}

export function exactReader(field: string): Read {
  const finder = new FieldFinder(field, true);
  return (row) => finder.valueIn(row);
}
