import { quoteName } from '../identifier.ts';
import type { Layout, MappedRow } from '../row.ts';
import { type Parameters, textArray, unnest, unnestArrays } from './parameters.ts';
import { aliases, cellsOf, keepingLarge, type StatementTarget, sameKey, tableOf } from './target.ts';

/** Rows that fill the same columns. */
export interface RowGroup {
  readonly layout: Layout;
  readonly uncertain: readonly string[];
  readonly rows: readonly MappedRow[];
}

/** The same as they are sent: column by column, each a binary `text[]`. */
export interface EncodedGroup extends Pick<RowGroup, 'layout' | 'uncertain'> {
  readonly columns: readonly Buffer[];
}

export function encoded({ layout, uncertain, rows }: RowGroup): EncodedGroup {
  const columns = cellsOf(rows, layout.names.length).map((cell) => textArray(rows.length, cell));
  return { layout, uncertain, columns };
}

/** Rows are written whether they are there or not: a conflict replaces every other column that they fill. */
export function upsertSql(
  target: StatementTarget,
  group: EncodedGroup,
  parameters: Parameters,
  condition?: string,
): string {
  const { key, guard } = target;
  const table = tableOf(target);
  const keyNames = new Set(key.map(({ name }) => name));
  const sets = group.layout.names
    .filter((name) => !keyNames.has(name))
    .map((name) => {
      const value = `EXCLUDED.${quoteName(name)}`;
      return `${quoteName(name)} = ${group.uncertain.includes(name) ? keepingLarge(name, value, table) : value}`;
    });
  const guarded =
    guard !== undefined && group.layout.names.includes(guard)
      ? ` WHERE (${table}.${quoteName(guard)} > EXCLUDED.${quoteName(guard)}) IS NOT TRUE`
      : '';
  const action = sets.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${sets.join(', ')}${guarded}`;
  const conflict = key.map(({ name }) => quoteName(name)).join(', ');
  return `${insertSql(target, group, parameters, condition)}\nON CONFLICT (${conflict}) ${action}`;
}

/** Rows that are not there yet, by their key; for servers that know no conflicts. */
export function insertMissingSql(target: StatementTarget, group: EncodedGroup, parameters: Parameters): string {
  const positions = target.key.map(({ name, type }) => `u.c${group.layout.names.indexOf(name)}::${type.cast}`);
  const same = target.key.map(({ name }, i) => `t.${quoteName(name)} = ${positions[i]}`).join(' AND ');
  return insertSql(target, group, parameters, `NOT EXISTS (SELECT 1 FROM ${tableOf(target)} AS t WHERE ${same})`);
}

/** For servers that know no conflicts: rows that are there and that these replace whole. */
export function deleteReplacedSql(target: StatementTarget, group: RowGroup, parameters: Parameters): string {
  const at = target.key.map(({ name }) => group.layout.names.indexOf(name));
  const guardAt = target.guard === undefined ? -1 : group.layout.names.indexOf(target.guard);
  const columns = guardAt < 0 ? at : [...at, guardAt];
  const all = cellsOf(group.rows, group.layout.names.length);
  const source = unnest(
    parameters,
    group.rows.length,
    columns.map((i) => all[i]!),
  );
  return `DELETE FROM ${tableOf(target)} AS t USING ${source} AS u(${aliases('k', columns.length)})
WHERE ${sameKey(target, 'k')}${guardAt < 0 ? '' : notNewer(target, `u.k${columns.length - 1}`)}`;
}

/** `AND` the row that is there is not newer than the text of a guard. */
export function notNewer({ table, guard }: StatementTarget, text: string): string {
  const column = table.columns.find(({ name }) => name === guard);
  if (column === undefined) return '';
  return ` AND (t.${quoteName(column.name)} > ${text}::${column.type.cast}) IS NOT TRUE`;
}

export function insertSql(
  target: StatementTarget,
  group: EncodedGroup,
  parameters: Parameters,
  condition?: string,
): string {
  const { columns, names } = group.layout;
  const source = unnestArrays(parameters, group.columns);
  // The key of a mirrored table comes from its source, whatever fills it here.
  const overriding = columns.some(({ identity }) => identity === 'always') ? ' OVERRIDING SYSTEM VALUE' : '';
  const values = columns.map(({ type }, i) => `u.c${i}::${type.cast}`);
  return `INSERT INTO ${tableOf(target)} (${names.map(quoteName).join(', ')})${overriding}
SELECT ${values.join(', ')}
FROM ${source} AS u(${aliases('c', columns.length)})${condition === undefined ? '' : `\nWHERE ${condition}`}`;
}
