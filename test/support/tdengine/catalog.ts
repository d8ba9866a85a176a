import { type Cell, Refusal, tableMissing } from './answer.ts';
import type { Field, Precision } from './types.ts';

export interface SuperTable {
  readonly name: string;
  columns: Field[];
  readonly tags: Field[];
  /** The second column is part of the key. */
  readonly keyed: boolean;
}

export interface SubTable {
  readonly name: string;
  readonly parent: SuperTable;
  tags: Map<string, Cell>;
  /** By timestamp and key. */
  readonly rows: Map<string, Map<string, Cell>>;
}

export interface Database {
  readonly name: string;
  readonly precision: Precision;
  readonly keepDays: number;
  readonly superTables: Map<string, SuperTable>;
  readonly subTables: Map<string, SubTable>;
}

/** All that the server holds. */
export class Catalog {
  readonly databases = new Map<string, Database>();

  database(name: string | undefined): Database {
    if (name === undefined) throw new Refusal(9750, 'Database not specified');
    const found = this.databases.get(name);
    if (found === undefined) throw new Refusal(904, 'Database not exist');
    return found;
  }

  superTable(database: Database, name: string): SuperTable {
    const found = database.superTables.get(name);
    if (found === undefined) throw tableMissing();
    return found;
  }

  subTable(database: Database, name: string): SubTable {
    const found = database.subTables.get(name);
    if (found === undefined) throw tableMissing();
    return found;
  }
}

/** In the order of time and key. */
export function rowsOf(table: SubTable): Map<string, Cell>[] {
  const [time, key] = table.parent.columns.map(({ name }) => name);
  return [...table.rows.values()].sort((a, b) => {
    const byTime = compare(a.get(time!)!, b.get(time!)!);
    return byTime === 0 && table.parent.keyed ? compare(a.get(key!)!, b.get(key!)!) : byTime;
  });
}

export function compare(a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
