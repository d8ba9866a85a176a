import { type Column, type ColumnType, categoryOf, type Table, type UniqueKey } from '../column.ts';
import { quoteName, type TableName } from '../identifier.ts';
import type { NewColumn } from './ddl.ts';

/** What SQL calls the types that the catalog has by shorter names. */
const CATALOG_NAMES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  decimal: 'numeric',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  'character varying': 'varchar',
  character: 'bpchar',
  char: 'bpchar',
  'bit varying': 'varbit',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
};

/** A table as it would be after DDL that a preview does not run. */
export function sketched(
  { schema, table }: TableName,
  columns: readonly Column[],
  added: readonly NewColumn[],
  uniqueKeys: readonly UniqueKey[],
): Table {
  const changed = new Map(added.map((column) => [column.name, columnOf(column)]));
  return {
    schema,
    table,
    columns: [
      ...columns.map((column) => changed.get(column.name) ?? column),
      ...[...changed.values()].filter(({ name }) => !columns.some((column) => column.name === name)),
    ],
    uniqueKeys,
  };
}

function columnOf({ name, type }: NewColumn): Column {
  return { name, type: columnTypeOf(type), notNull: false, hasDefault: false, generated: false };
}

/** A type by its name in DDL. */
export function columnTypeOf(name: string): ColumnType {
  if (name.endsWith(']')) {
    const element = columnTypeOf(name.replace(/\[\d*\]$/, ''));
    return { category: 'array', name, cast: '"pg_catalog"."text"', element, delimiter: ',' };
  }
  const plain = name.replace(/\s*\(.*?\)/, '').toLowerCase();
  const known = CATALOG_NAMES[plain] ?? plain;
  return { category: categoryOf(known, 'b'), name, cast: `"pg_catalog".${quoteName(known)}` };
}
