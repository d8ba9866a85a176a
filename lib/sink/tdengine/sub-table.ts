import { createHash } from 'node:crypto';
import type { SubTableName } from '../../rule/schema/tdengine-sink.ts';
import { textOf } from '../../select/values/cast.ts';
import { isList, isUnknown } from '../../select/values/compare.ts';
import { countCharacters, indexOfCharacter } from '../../select/values/text.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import type { Problem } from './fault.ts';
import { LONGEST_TABLE_NAME, NOT_IN_NAMES } from './names.ts';

/** The fields of a template, and the name that their values make. */
export interface SubTableTemplate {
  readonly fields: readonly string[];
  /** Values in the order of `fields`. */
  name(values: readonly Value[]): string | Problem;
}

/** Sixteen hexadecimal digits of the whole name: two long names that begin alike stay two. */
const HASH_LENGTH = 16;

/** `t_{id}`. Braces that stand for nothing else are refused where the rule is read. */
export function subTableTemplate({ template, onInvalid, onEmpty, onTooLong }: SubTableName): SubTableTemplate {
  const parts = template
    .split(/(\{[^{}]+\})/)
    .map((part) => (part.startsWith('{') ? { field: part.slice(1, -1) } : { text: part }));
  const fields = parts.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const bad = (reason: string): Problem => ({ kind: 'subTable', about: 'the sub-table name', reason });
  const replaced = new RegExp(NOT_IN_NAMES.source, 'g');

  function name(values: readonly Value[]): string | Problem {
    let whole = '';
    let next = 0;
    for (const { text = '', field } of parts) {
      if (field === undefined) {
        whole += text;
        continue;
      }
      const value = values[next++]!;
      if (isList(value) || value instanceof Struct) return bad(`takes {${field}}, which is not one value`);
      const filled = isUnknown(value) ? '' : textOf(value);
      if (filled === '' && onEmpty === 'fail') return bad(`takes {${field}}, which is empty`);
      whole += filled === '' ? 'null' : filled;
    }
    if (NOT_IN_NAMES.test(whole)) {
      if (onInvalid === 'fail')
        return bad('holds a character that no name can have (a dot, a back-tick, a control character)');
      whole = whole.replace(replaced, '_');
    }
    const length = countCharacters(whole);
    if (length <= LONGEST_TABLE_NAME) return whole;
    if (onTooLong === 'fail') return bad(`has ${length} characters, and TDengine takes ${LONGEST_TABLE_NAME}`);
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
    return `${whole.slice(0, indexOfCharacter(whole, 0, LONGEST_TABLE_NAME - HASH_LENGTH - 1))}_${hash}`;
  }

  return { fields, name };
}
