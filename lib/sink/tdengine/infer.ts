import type { Row, Value } from '../../message/contract.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import { textOf } from '../../select/values/cast.ts';
import { isList, isUnknown } from '../../select/values/compare.ts';
import { isInteger, isNumeric } from '../../select/values/number.ts';
import { Timestamp } from '../../select/values/timestamp.ts';
import { Struct } from '../../select/values/value.ts';
import { type ColumnType, LONGEST_TEXT, parseColumnType } from './column-type.ts';
import { expressionReader } from './fields.ts';
import type { Field } from './table.ts';

const LEAST_TEXT = 64;

/**
 * The types of what a rule's columns and tags are filled with, told from sample rows: BIGINT, DOUBLE, BOOL, TIMESTAMP,
 * and of texts VARCHAR, or NCHAR where they are not ASCII, with twice the room of the longest. What is null in all rows is text.
 */
export function inferFields(
  rule: Pick<TdengineSinkRule, 'columns' | 'tags' | 'timestamp' | 'subTable'>,
  rows: readonly Row[],
  now: () => number,
): { readonly columns: readonly Field[]; readonly tags: readonly Field[] } {
  const fields = (expressions: Readonly<Record<string, string>>) =>
    Object.entries(expressions).map(([name, expression]) => {
      const read = expressionReader(expression, now);
      return { name, type: typeOf(rows.map((row) => read(row))) };
    });
  return { columns: fields(rule.columns === 'all' ? everyField(rule, rows) : rule.columns), tags: fields(rule.tags) };
}

/** What is neither the timestamp nor a tag. */
function everyField(
  { tags, timestamp }: Pick<TdengineSinkRule, 'tags' | 'timestamp'>,
  rows: readonly Row[],
): Readonly<Record<string, string>> {
  const names = new Set(rows.flatMap((row) => row.names));
  for (const name of Object.keys(tags)) names.delete(name);
  if (timestamp.kind !== 'message') names.delete(timestamp.field);
  return Object.fromEntries([...names].map((name) => [name, `"${name.replaceAll('"', '""')}"`]));
}

function typeOf(values: readonly Value[]): ColumnType {
  const known = values.filter((value) => !isUnknown(value));
  const all = (is: (value: Value) => boolean) => known.length > 0 && known.every(is);
  if (all(isInteger)) return parseColumnType('BIGINT');
  if (all(isNumeric)) return parseColumnType('DOUBLE');
  if (all((value) => typeof value === 'boolean')) return parseColumnType('BOOL');
  if (all((value) => value instanceof Timestamp)) return parseColumnType('TIMESTAMP');
  const texts = known.map((value) =>
    isUnknown(value) || isList(value) || value instanceof Struct ? JSON.stringify(value) : textOf(value),
  );
  const name = texts.some((text) => /[^\u0000-\u007f]/.test(text)) ? 'NCHAR' : 'VARCHAR';
  const longest = Math.max(0, ...texts.map((text) => text.length));
  return {
    kind: 'text',
    name,
    length: Math.min(LONGEST_TEXT[name], Math.max(LEAST_TEXT, 2 ** Math.ceil(Math.log2(longest * 2 || 1)))),
  };
}
