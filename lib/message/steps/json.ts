import { isUnknown } from '../../select/values/compare.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Struct, Untyped, type Value } from '../../select/values/value.ts';
import { FieldFinder } from '../field-finder.ts';
import { collision, type Flattener } from '../flatten.ts';
import { JsonParser } from '../json/parser.ts';
import type { JsonOptions } from '../options.ts';
import { Arrangement } from './arrangement.ts';
import { type CompiledStep, withRow } from './fields.ts';
import { missingField } from './missing-field.ts';

/** @param flattener where nested values are to become fields of their own */
export function compileJson({ field, prefix, onFail }: JsonOptions, flattener: Flattener | undefined): CompiledStep {
  const finder = new FieldFinder(field, true);
  const parser = new JsonParser();
  const arrangement = new Arrangement();
  const prefixed = new Map<readonly string[], readonly string[]>();
  const own: readonly string[] = [field];

  function namesOf(names: readonly string[]): readonly string[] {
    if (prefix === undefined || prefix === '') return names;
    let known = prefixed.get(names);
    if (known === undefined) {
      if (prefixed.size > 1000) prefixed.clear();
      known = names.map((name) => `${prefix}${name}`);
      prefixed.set(names, known);
    }
    return known;
  }

  function parsedValue(value: Value): Value {
    if (typeof value !== 'string' && !(value instanceof Untyped)) return value;
    try {
      return parser.one(typeof value === 'string' ? value : value.text);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (onFail === 'null') return null;
      throw new RecordError('StepFailed', `the field ${field}: ${error.reason}`);
    }
  }

  return {
    run(fields) {
      const { row } = fields;
      if (fields.unchanged.includes(field)) {
        throw new RecordError(
          'UnchangedFieldNeeded',
          `the field ${field} did not change, so that it is not in the message`,
        );
      }
      const place = finder.placeIn(row);
      if (place < 0 || isUnknown(row.values[place]!)) return fields;
      const value = parsedValue(row.values[place]!);
      const made = value instanceof Struct ? value : new Struct(own, [value]);
      const spread = flattener === undefined ? made : flattener.flatten(made);
      const names = value instanceof Struct ? namesOf(spread.names) : spread.names;
      const twice = names.find((name) => name !== field && row.names.includes(name));
      if (twice !== undefined) throw collision(twice);
      return withRow(fields, arrangement.put(row, names, spread.values, place));
    },
    carry: (name) => (name === field ? undefined : name),
    warn: (rows) => missingField(finder, rows),
  };
}
