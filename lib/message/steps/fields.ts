import { textOf } from '../../select/values/cast.ts';
import { isList, isUnknown, typeName } from '../../select/values/compare.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import type { Row, Warning } from '../contract.ts';

/** A row on its way through the steps. */
export interface Fields {
  readonly row: Row;
  /** Fields that the message leaves out because they did not change. */
  readonly unchanged: readonly string[];
  /** Not a row but its key: what is not there is unknown, not MISSING. */
  readonly partial: boolean;
}

/** A step, ready to run. */
export interface CompiledStep {
  /** Undefined: the row is left out. Throws RecordError. */
  run(fields: Fields): Fields | undefined;
  /** What a field is called behind the step; undefined: it is gone, or another one now. */
  carry(name: string): string | undefined;
  /** What looks wrong about these rows, which the step is to see. */
  warn?(rows: readonly Row[]): readonly Omit<Warning, 'at'>[];
}

/** A scalar as text; undefined for NULL and MISSING. Throws RecordError `StepFailed` for lists and objects. */
export function fieldText(value: Value, name: string): string | undefined {
  if (isUnknown(value)) return undefined;
  if (isList(value) || value instanceof Struct) {
    throw new RecordError('StepFailed', `the field ${name} is a ${typeName(value)}, and text is needed`);
  }
  return textOf(value);
}

export function withRow(fields: Fields, row: Row): Fields {
  return { row, unchanged: fields.unchanged, partial: fields.partial };
}

/** The fields of a step that only makes new ones of an unchanged one: they did not change either. */
export function derivedUnchanged(fields: Fields, names: readonly string[], source?: string): Fields {
  const { row, unchanged, partial } = fields;
  const kept = row.names.flatMap((name, i) => (names.includes(name) ? [] : [i]));
  return {
    row: new Struct(
      kept.map((i) => row.names[i]!),
      kept.map((i) => row.values[i]!),
    ),
    unchanged: [...new Set([...unchanged.filter((name) => name !== source), ...names])],
    partial,
  };
}
