import type { Field, TextReader } from '../../format/reader.ts';
import type { ColumnNode, From } from '../ast.ts';
import { placeInHeader, resolveColumn } from '../column.ts';
import { MISSING } from '../values/missing.ts';
import { Untyped, type Value } from '../values/value.ts';
import type { Columns } from './byte-predicates.ts';
import { decodeText, Found, type Locate } from './span.ts';

const FOUND = [Found.MISSING, Found.FIELD, Found.QUOTED] as const satisfies Readonly<Record<Field, Found>>;

/** Finds field `index` of a reader's current record. */
export function locateField(index: number): Locate<TextReader> {
  return (reader) => FOUND[reader.field(index)];
}

/** Columns of CSV records and access logs: text without type, by name or place. */
export function textColumns(
  sql: string,
  from: From | undefined,
  header: readonly string[] | undefined,
): Columns<TextReader> {
  return {
    locate: (node) => locateField(placeOf(sql, node, from, header)),
    decode(reader, found): Value {
      if (found === Found.MISSING) return MISSING;
      if (found === Found.FIELD) return new Untyped(decodeText(reader.bytes, reader.from, reader.to));
      const bytes = reader.unquote(reader.from, reader.to);
      return new Untyped(decodeText(bytes, 0, bytes.length));
    },
  };
}

/** A column's 0-based place. Throws SluiceError `MissingHeaderName`, `AmbiguousFieldName`. */
export function placeOf(
  sql: string,
  node: ColumnNode,
  from: From | undefined,
  header: readonly string[] | undefined,
): number {
  const column = resolveColumn(sql, node, from, 'text');
  if (column.kind === 'row') throw new Error('a record of fields has no value');
  if (column.kind === 'name') return placeInHeader(sql, column.step, header);
  // A header may itself have a column called `_1`: then the name means that one.
  return header?.includes(column.step.name) ? placeInHeader(sql, column.step, header) : column.index;
}
