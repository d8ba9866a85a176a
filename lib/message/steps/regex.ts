import { SluiceError } from '../../failure/index.ts';
import { RecordError } from '../../select/values/record-error.ts';
import type { Value } from '../../select/values/value.ts';
import { FieldFinder } from '../field-finder.ts';
import type { RegexOptions } from '../options.ts';
import { Arrangement } from './arrangement.ts';
import { type CompiledStep, derivedUnchanged, fieldText, withRow } from './fields.ts';
import { missingField } from './missing-field.ts';

/** Throws SluiceError `BadPattern`. */
export function compileRegex({ field, pattern, onMiss }: RegexOptions): CompiledStep {
  const finder = new FieldFinder(field, true);
  const matcher = patternOf(pattern);
  const names = groupsOf(pattern);
  const nulls: readonly Value[] = names.map(() => null);
  const arrangement = new Arrangement();
  return {
    run(fields) {
      if (fields.unchanged.includes(field)) return derivedUnchanged(fields, names);
      if (fields.partial && finder.placeIn(fields.row) < 0) return fields;
      const text = fieldText(finder.valueIn(fields.row), field);
      const groups = text === undefined ? undefined : matcher.exec(text)?.groups;
      if (groups === undefined && onMiss === 'discard') return fields.partial ? fields : undefined;
      if (groups === undefined && onMiss !== 'null') {
        throw new RecordError('StepFailed', `the pattern does not match the field ${field}`);
      }
      const values = groups === undefined ? nulls : names.map((name) => groups[name] ?? null);
      return withRow(fields, arrangement.put(fields.row, names, values));
    },
    carry: (name) => (names.includes(name) ? undefined : name),
    warn: (rows) => missingField(finder, rows),
  };
}

function patternOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw badPattern(error instanceof Error ? error.message : 'it cannot be read', 'Mend the pattern.', error);
  }
}

/** In their order. An alternative that always matches tells the names of all groups. */
function groupsOf(pattern: string): readonly string[] {
  const { groups } = new RegExp(`(?:${pattern})|`, 'u').exec('') ?? {};
  const names = Object.keys(groups ?? {});
  if (names.length > 0) return names;
  throw badPattern('it has no named group', "Name what is to become a field: '(?<name>…)'.");
}

function badPattern(what: string, fix: string, cause?: unknown): SluiceError {
  return new SluiceError('BadPattern', `the pattern cannot be used: ${what}`, { stage: 'message', fix, cause });
}
