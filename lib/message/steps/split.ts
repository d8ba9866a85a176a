import { RecordError } from '../../select/values/record-error.ts';
import type { Value } from '../../select/values/value.ts';
import { FieldFinder } from '../field-finder.ts';
import type { SplitOptions } from '../options.ts';
import { Arrangement } from './arrangement.ts';
import { type CompiledStep, derivedUnchanged, fieldText, withRow } from './fields.ts';
import { missingField } from './missing-field.ts';

export function compileSplit({ field, separator, count, onFewer }: SplitOptions): CompiledStep {
  const finder = new FieldFinder(field, true);
  const names = Array.from({ length: count }, (_, i) => `${field}_${i}`);
  const arrangement = new Arrangement();
  return {
    run(fields) {
      if (fields.unchanged.includes(field)) return derivedUnchanged(fields, names, field);
      const place = finder.placeIn(fields.row);
      if (place < 0 && fields.partial) return fields;
      const parts: Value[] = partsOf(fieldText(finder.valueIn(fields.row), field), separator, count);
      if (parts.length < count && onFewer === 'fail') {
        throw new RecordError('StepFailed', `the field ${field} has ${parts.length} parts instead of ${count}`);
      }
      while (parts.length < count) parts.push(null);
      return withRow(fields, arrangement.put(fields.row, names, parts, place));
    },
    carry: (name) => (name === field || names.includes(name) ? undefined : name),
    warn: (rows) => missingField(finder, rows),
  };
}

/** The last part holds the rest. */
function partsOf(text: string | undefined, separator: string, count: number): string[] {
  if (text === undefined) return [];
  const parts: string[] = [];
  let from = 0;
  while (parts.length < count - 1) {
    const at = text.indexOf(separator, from);
    if (at < 0) break;
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  parts.push(text.slice(from));
  return parts;
}
