import type { Change } from '../../message/contract.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import type { Table } from './column.ts';
import type { PostgresConnection } from './connection.ts';
import { columnsOf, createTableSql } from './evolve/ddl.ts';
import { mayBeRemedied, remedyOf } from './evolve/evolve.ts';
import { sketched } from './evolve/sketch.ts';
import type { Patch, Segment, Upsert } from './fold.ts';
import { qualified, quoteName, quoteText } from './identifier.ts';
import { missingTable, type Names, openWriter } from './opened.ts';
import type { Cell, MappedRow } from './row.ts';
import { primaryKeyOf, readTable, readVersion } from './schema.ts';
import { copySql, copyText } from './statement/copy-text.ts';

/**
 * What would be run for these changes, with their values, for a person to read: rows are sent as parameters in truth, and
 * many at once. DDL is only thought of: run and rolled back it would lock the table for everybody.
 */
export async function previewStatements(
  rule: PostgresSinkRule,
  names: Names,
  connection: PostgresConnection,
  changes: readonly Change[],
): Promise<readonly string[]> {
  const { version, table: found } = await connection.run(async (session) => {
    const server = await readVersion(session);
    return { version: server, table: await readTable(session, names.table, server) };
  });
  const statements: string[] = [];
  let table = found ?? created(rule, names, changes, statements);
  for (;;) {
    try {
      const writer = openWriter(rule, names, table, version, connection.place);
      const plan = writer.plan(changes);
      return [
        ...statements,
        ...plan.flatMap((part) => ('layout' in part ? copied(table, part) : segment(table, rule, part))),
      ];
    } catch (error) {
      const remedy = mayBeRemedied(error, rule) ? remedyOf(error, rule, table, changes) : undefined;
      if (remedy === undefined || statements.includes(remedy.sql)) throw error;
      statements.push(remedy.sql);
      table = sketched(table, table.columns, remedy.columns, table.uniqueKeys);
    }
  }
}

function created(rule: PostgresSinkRule, names: Names, changes: readonly Change[], statements: string[]): Table {
  const sql = createTableSql(rule, names.table, changes);
  if (sql === undefined) throw missingTable(names);
  statements.push(sql);
  const columns =
    rule.createTable.from === 'columns'
      ? Object.entries(rule.createTable.columns).map(([name, type]) => ({ name, type }))
      : columnsOf(changes);
  const guard = rule.ifNewer?.by === 'lsn' ? [{ name: rule.ifNewer.column, type: 'numeric[]' }] : [];
  const key = /PRIMARY KEY \((.*)\)/.exec(sql)?.[1];
  const keyNames = columns.map(({ name }) => name).filter((name) => key?.includes(quoteName(name)));
  const unique = keyNames.length === 0 ? [] : [{ name: 'primary key', columns: keyNames, primary: true }];
  return sketched(names.table, [], [...columns, ...guard], unique);
}

function copied(table: Table, { layout, rows }: { layout: MappedRow['layout']; rows: readonly MappedRow[] }): string[] {
  return [`${copySql(table, layout)}\n${copyText(rows)}\\.`];
}

function segment(table: Table, { primaryKey }: PostgresSinkRule, part: Segment): string[] {
  const key = primaryKey ?? primaryKeyOf(table) ?? [];
  const name = qualified(table);
  const where = (cells: readonly Cell[]) =>
    key.map((column, i) => `${quoteName(column)} = ${literal(cells[i] ?? null)}`);
  const set = ({ row }: Patch) =>
    row.layout.names.map((column, i) => `${quoteName(column)} = ${literal(row.cells[i]!)}`);
  return [
    ...(part.truncate === undefined ? [] : [`DELETE FROM ${name}`]),
    ...[...part.moves, ...part.removals].map(
      (row) => `DELETE FROM ${name} WHERE ${where(row.key.cells).join(' AND ')}`,
    ),
    ...part.patches.map(
      (row) => `UPDATE ${name} SET ${set(row).join(', ')} WHERE ${where(row.origin.cells).join(' AND ')}`,
    ),
    ...[...part.upserts, ...(part.adoption === undefined ? [] : [part.adoption])].map((row) =>
      inserted(name, key, row),
    ),
  ];
}

function inserted(name: string, key: readonly string[], { row }: Pick<Upsert, 'row'>): string {
  const columns = row.layout.names.map(quoteName);
  const others = row.layout.names.filter((column) => !key.includes(column)).map(quoteName);
  const action =
    others.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${others.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`;
  return `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${row.cells.map(literal).join(', ')}) ON CONFLICT (${key.map(quoteName).join(', ')}) ${action}`;
}

const literal = (cell: Cell): string => (cell === null ? 'NULL' : quoteText(cell).trimStart());
