import { SluiceError } from '../../failure/index.ts';
import {
  type ColumnRow,
  columnQuery,
  type TypeRow,
  tableOf,
  typeQuery,
  type UniqueRow,
  uniqueQuery,
} from './catalog.ts';
import type { Column, Table } from './column.ts';
import type { Session } from './connection.ts';
import { qualified, type TableName } from './identifier.ts';

/** `server_version_num`: 180004 is 18.4; Greenplum 6 says 90426. */
export async function readVersion(session: Session): Promise<number> {
  const { rows } = await session.query<{ server_version_num: string }>('SHOW server_version_num');
  return Number(rows[0]?.server_version_num ?? 0);
}

/** Undefined: there is no such table, or the user may not see it. */
export async function readTable(session: Session, name: TableName, version: number): Promise<Table | undefined> {
  const columns = await session.query<ColumnRow & Record<string, unknown>>(columnQuery(name, version));
  if (columns.rows.length === 0) return undefined;
  const types = await session.query<TypeRow & Record<string, unknown>>(typeQuery(name));
  const uniques = await session.query<UniqueRow & Record<string, unknown>>(uniqueQuery(name, version));
  return tableOf(name, columns.rows, types.rows, uniques.rows);
}

/** Throws SluiceError `MissingColumn`. */
export function keyColumns(table: Table, key: readonly string[]): readonly Column[] {
  return key.map((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (column !== undefined) return column;
    throw new SluiceError(
      'MissingColumn',
      `the table ${qualified(table)} has no column "${name}", which is in primaryKey`,
      {
        stage: 'sink',
        fix: 'Add the column, or correct `primaryKey`.',
      },
    );
  });
}

/** Whether ON CONFLICT can name exactly these columns. */
export function isUnique({ uniqueKeys }: Table, key: readonly string[]): boolean {
  return uniqueKeys.some(({ columns }) => columns.length === key.length && key.every((name) => columns.includes(name)));
}

export function primaryKeyOf({ uniqueKeys }: Table): readonly string[] | undefined {
  return uniqueKeys.find(({ primary }) => primary)?.columns;
}

/** `INSERT … ON CONFLICT` came with 9.5. */
export const knowsConflicts = (version: number): boolean => version >= 90_500;
