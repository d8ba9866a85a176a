import type { Column, Table } from '../column.ts';
import { qualified, quoteName } from '../identifier.ts';
import type { Cell } from '../row.ts';

/** The table as the statements see it. */
export interface StatementTarget {
  readonly table: Table;
  /** What tells rows apart. */
  readonly key: readonly Column[];
  /** A column that grows with each change: a row is never replaced by one in which it is smaller. */
  readonly guard?: string;
}

export const tableOf = ({ table }: StatementTarget): string => qualified(table);

/** `c0, c1, …` of the rows that are handed in. */
export const aliases = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(', ');

/** `t."id" = u.k0::int8 AND …` */
export function sameKey({ key }: StatementTarget, prefix: string): string {
  return key.map(({ name, type }, i) => `t.${quoteName(name)} = u.${prefix}${i}::${type.cast}`).join(' AND ');
}

/** Reads cell after cell of each row. */
export function cellsOf(
  rows: readonly { readonly cells: readonly Cell[] }[],
  count: number,
): ((index: number) => Cell)[] {
  return Array.from({ length: count }, (_, at) => (index: number) => rows[index]!.cells[at]!);
}

/** A numeric of so many bytes is stored apart from its row: there a connector cannot tell a value that stayed from null. */
const LARGE = 1000;

export function keepingLarge(name: string, value: string, old: string): string {
  return `CASE WHEN ${value} IS NULL AND pg_catalog.pg_column_size(${old}.${quoteName(name)}) > ${LARGE} THEN ${old}.${quoteName(name)} ELSE ${value} END`;
}
