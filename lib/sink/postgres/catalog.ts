import { type Column, type ColumnType, categoryOf, type Table, type UniqueKey } from './column.ts';
import { quoteName, quoteText, type TableName } from './identifier.ts';

/** Asks for a row a column, in the table's order. No row: there is no such table, or it may not be seen. */
export function columnQuery(name: TableName, version: number): string {
  // Identity columns came with 10, generated ones with 12: before, the catalog has no such fields to ask for.
  const identity = version >= 100_000 ? 'a.attidentity::text' : "''";
  const generated = version >= 120_000 ? 'a.attgenerated::text' : "''";
  return `SELECT a.attname AS name, a.atttypid::text AS type, pg_catalog.format_type(a.atttypid, a.atttypmod) AS shown,
  a.attnotnull AS "notNull", a.atthasdef AS "hasDefault", ${identity} AS identity, ${generated} AS generated
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${named(name)} AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`;
}

/** Asks for the types of the table's columns, and those that they are made of. */
export function typeQuery(name: TableName): string {
  return `WITH RECURSIVE used AS (
  SELECT t.* FROM (${TYPES}) t WHERE t.oid IN (
    SELECT a.atttypid FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${named(name)} AND a.attnum > 0 AND NOT a.attisdropped)
  UNION
  SELECT t.* FROM (${TYPES}) t JOIN used u ON t.oid IN (u.base, u.element)
)
SELECT oid::text, base::text, element::text, schema, name, kind, category, delimiter, shown FROM used`;
}

const TYPES = `SELECT y.oid, y.typbasetype AS base, y.typelem AS element, s.nspname::text AS schema, y.typname::text AS name,
  y.typtype::text AS kind, y.typcategory::text AS category, y.typdelim::text AS delimiter,
  pg_catalog.format_type(y.oid, NULL) AS shown
  FROM pg_catalog.pg_type y JOIN pg_catalog.pg_namespace s ON s.oid = y.typnamespace`;

/** Asks for a row a column of each unique index that stands for whole rows of the table, in the index's order. */
export function uniqueQuery(name: TableName, version: number): string {
  // Columns that an index only carries along (INCLUDE) came with 11.
  const keys = version >= 110_000 ? 'k.at < x.indnkeyatts' : 'k.at < x.indnatts';
  return `SELECT i.relname AS name, x.indisprimary AS "primary", a.attname AS "column"
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.generate_series(0, 31) AS k(at) ON ${keys}
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[k.at]
WHERE ${named(name)} AND x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL AND x.indexprs IS NULL
ORDER BY NOT x.indisprimary, i.relname, k.at`;
}

function named({ schema, table }: TableName): string {
  return `n.nspname = ${quoteText(schema)} AND c.relname = ${quoteText(table)} AND c.relkind IN ('r', 'p', 'v', 'f')`;
}

export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly shown: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly identity: string;
  readonly generated: string;
}

export interface TypeRow {
  readonly oid: string;
  /** Of a domain; else 0. */
  readonly base: string;
  readonly element: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly category: string;
  readonly delimiter: string;
  readonly shown: string;
}

export interface UniqueRow {
  readonly name: string;
  readonly primary: boolean;
  readonly column: string;
}

export function tableOf(
  name: TableName,
  columns: readonly ColumnRow[],
  types: readonly TypeRow[],
  uniques: readonly UniqueRow[],
): Table {
  const byOid = new Map(types.map((type) => [type.oid, type]));
  return { ...name, columns: columns.map((row) => columnOf(row, byOid)), uniqueKeys: uniqueKeysOf(uniques) };
}

function columnOf(row: ColumnRow, types: ReadonlyMap<string, TypeRow>): Column {
  const { name, notNull, hasDefault } = row;
  const identity = row.identity === 'a' ? 'always' : row.identity === 'd' ? 'by default' : undefined;
  return {
    name,
    type: typeOf(row.type, row.shown, types),
    notNull,
    hasDefault: hasDefault || identity !== undefined,
    generated: row.generated !== '',
    ...(identity !== undefined && { identity }),
  };
}

function typeOf(oid: string, shown: string, types: ReadonlyMap<string, TypeRow>): ColumnType {
  let type = types.get(oid);
  // A domain may stand on another domain.
  while (type !== undefined && type.kind === 'd') type = types.get(type.base);
  if (type === undefined) return { category: 'other', name: shown, cast: '"pg_catalog"."text"' };
  const cast = `${quoteName(type.schema)}.${quoteName(type.name)}`;
  const element = type.category === 'A' ? types.get(type.element) : undefined;
  if (element === undefined) return { category: categoryOf(type.name, type.kind), name: shown, cast };
  return {
    category: 'array',
    name: shown,
    cast,
    element: typeOf(element.oid, element.shown, types),
    delimiter: element.delimiter,
  };
}

function uniqueKeysOf(rows: readonly UniqueRow[]): UniqueKey[] {
  const keys = new Map<string, { name: string; columns: string[]; primary: boolean }>();
  for (const { name, primary, column } of rows) {
    const key = keys.get(name) ?? { name, columns: [], primary };
    key.columns.push(column);
    keys.set(name, key);
  }
  return [...keys.values()];
}
