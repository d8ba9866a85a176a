import { type Answer, type Cell, invalidColumn, tableMissing } from './answer.ts';
import { type Catalog, compare, rowsOf, type SubTable } from './catalog.ts';
import type { Scanner, Token } from './scanner.ts';
import { type Field, type Precision, timestampText } from './types.ts';

/** What is selected from: columns, and their values row by row. */
interface Source {
  readonly fields: readonly Field[];
  /** How many of the fields `*` stands for. */
  readonly starred: number;
  readonly rows: Iterable<readonly Cell[]>;
  readonly precision: Precision;
}

interface Session {
  readonly version: string;
  readonly user: string;
  readonly rights: string;
}

/** SELECT [DISTINCT] columns FROM table [WHERE a = 1 AND …] [ORDER BY a, …] [LIMIT n]: as much of it as tests ask. */
export function select(scanner: Scanner, catalog: Catalog, used: string | undefined, session: Session): Answer {
  const distinct = scanner.take('distinct');
  const items: Token[] = [];
  do {
    items.push(scanner.next());
    if (scanner.take('(')) {
      scanner.take('*');
      scanner.expect(')');
    }
  } while (scanner.take(','));
  if (!scanner.take('from')) return constant(items[0]!, session);
  const source = sourceOf(scanner, catalog, used, session);
  const indexOf = (name: string) => {
    const index = source.fields.findIndex((field) => field.name === name);
    if (index < 0) throw invalidColumn(name);
    return index;
  };
  const keep = conditions(scanner, indexOf, source.precision);
  let rows = [...source.rows].filter(keep);
  if (items[0]?.text === 'count') return { columns: [['count(*)', 'BIGINT', 8]], rows: [[rows.length]] };
  const orders = scanner.takeAll('order', 'by') ? ordering(scanner, indexOf) : [];
  rows.sort((a, b) => {
    for (const [index, sign] of orders) {
      const order = compare(a[index]!, b[index]!) * sign;
      if (order !== 0) return order;
    }
    return 0;
  });
  const chosen = items.flatMap(({ text }) =>
    text === '*' ? source.fields.slice(0, source.starred).map((_, i) => i) : [indexOf(text)],
  );
  rows = rows.map((row) => chosen.map((i) => shown(row[i]!, source.fields[i]!, source.precision)));
  if (distinct) rows = [...new Map(rows.map((row) => [row.join('\u0000'), row])).values()];
  if (scanner.take('limit')) rows = rows.slice(0, scanner.integer());
  const last = scanner.peek();
  if (last.kind !== 'end') throw scanner.error(last);
  return {
    columns: chosen.map((i) => [source.fields[i]!.name, source.fields[i]!.type, source.fields[i]!.length]),
    rows,
  };
}

function constant(item: Token, { version, user }: Session): Answer {
  if (item.text === 'server_version') {
    return { columns: [['server_version()', 'VARCHAR', version.length]], rows: [[version]] };
  }
  if (item.text === 'current_user') return { columns: [['current_user()', 'VARCHAR', user.length]], rows: [[user]] };
  return { columns: [[item.text, 'BIGINT', 8]], rows: [[Number(item.text)]] };
}

function sourceOf(scanner: Scanner, catalog: Catalog, used: string | undefined, session: Session): Source {
  const { database = used, table } = scanner.path();
  if (database === 'information_schema') return systemTable(table, catalog, session);
  const home = catalog.database(database);
  const parent = home.superTables.get(table);
  const tables = parent === undefined ? [catalog.subTable(home, table)] : childrenOf(home.subTables, parent);
  const { columns, tags } = parent ?? tables[0]!.parent;
  return {
    fields: [...columns, ...tags, { name: 'tbname', type: 'VARCHAR', length: 192 }],
    starred: parent === undefined ? columns.length : columns.length + tags.length,
    rows: tables.flatMap((each) =>
      rowsOf(each).map((row) => [
        ...columns.map(({ name }) => row.get(name) ?? null),
        ...tags.map(({ name }) => each.tags.get(name) ?? null),
        each.name,
      ]),
    ),
    precision: home.precision,
  };
}

function childrenOf(all: ReadonlyMap<string, SubTable>, parent: SubTable['parent']): SubTable[] {
  return [...all.values()].filter((table) => table.parent === parent);
}

const text = (name: string): Field => ({ name, type: 'VARCHAR', length: 192 });

function systemTable(table: string, catalog: Catalog, { user, rights }: Session): Source {
  const of = (fields: readonly Field[], rows: readonly (readonly Cell[])[]): Source => ({
    fields,
    starred: fields.length,
    rows,
    precision: 'ms',
  });
  const databases = [...catalog.databases.values()];
  switch (table) {
    case 'ins_databases':
      return of(
        [text('name'), text('precision'), text('keep')],
        databases.map(({ name, precision, keepDays }) => [
          name,
          precision,
          [keepDays, keepDays, keepDays].map((days) => `${days}d`).join(','),
        ]),
      );
    case 'ins_tables':
      return of(
        [text('table_name'), text('db_name'), text('stable_name')],
        databases.flatMap(({ name: home, subTables }) =>
          [...subTables.values()].map(({ name, parent }) => [name, home, parent.name]),
        ),
      );
    case 'ins_user_privileges':
      return of(
        [text('user_name'), text('privilege'), text('db_name'), text('table_name')],
        rights === 'none' ? [] : [[user, rights, 'all', '']],
      );
    default:
      throw tableMissing();
  }
}

type Keep = (row: readonly Cell[]) => boolean;

function conditions(scanner: Scanner, indexOf: (name: string) => number, precision: Precision): Keep {
  const all: Keep[] = [];
  if (!scanner.take('where')) return () => true;
  do all.push(condition(scanner, indexOf, precision));
  while (scanner.take('and'));
  return (row) => all.every((keep) => keep(row));
}

function condition(scanner: Scanner, indexOf: (name: string) => number, precision: Precision): Keep {
  const index = indexOf(scanner.name());
  if (scanner.take('in')) {
    const wanted = new Set(scanner.list(() => scanner.next().text));
    return (row) => wanted.has(String(row[index]));
  }
  const operator = scanner.next().text;
  const { kind, text: literal } = scanner.next();
  if (operator === 'like') {
    const pattern = literal
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.');
    return (row) => new RegExp(`^${pattern}$`).test(String(row[index]));
  }
  return (row) => {
    const cell = row[index]!;
    if (cell === null) return false;
    const shownCell = typeof cell === 'bigint' && kind === 'text' ? timestampText(cell, precision) : cell;
    const order = compare(shownCell, kind === 'number' ? numberLike(cell, literal) : literal);
    if (operator === '=') return order === 0;
    if (operator === '<>' || operator === '!=') return order !== 0;
    if (operator === '<') return order < 0;
    if (operator === '>') return order > 0;
    return operator === '<=' ? order <= 0 : order >= 0;
  };
}

const numberLike = (cell: Cell, literal: string) => (typeof cell === 'bigint' ? BigInt(literal) : Number(literal));

function ordering(scanner: Scanner, indexOf: (name: string) => number): [number, number][] {
  const orders: [number, number][] = [];
  do {
    const index = indexOf(scanner.name());
    const descending = scanner.take('desc');
    if (!descending) scanner.take('asc');
    orders.push([index, descending ? -1 : 1]);
  } while (scanner.take(','));
  return orders;
}

function shown(cell: Cell, { type }: Field, precision: Precision): Cell {
  return type === 'TIMESTAMP' && typeof cell === 'bigint' ? timestampText(cell, precision) : cell;
}

const DESCRIBED = [
  ['field', 'VARCHAR', 64],
  ['type', 'VARCHAR', 20],
  ['length', 'INT', 4],
  ['note', 'VARCHAR', 16],
] as const;

/** DESCRIBE, without the columns on encoding: nobody here asks for them. */
export function describeTable(scanner: Scanner, catalog: Catalog, used: string | undefined): Answer {
  const { database = used, table } = scanner.path();
  const home = catalog.database(database);
  const { columns, tags, keyed } = home.superTables.get(table) ?? catalog.subTable(home, table).parent;
  const row = ({ name, type, length }: Field, note: string) => [name, type, length, note];
  return {
    columns: DESCRIBED,
    rows: [
      ...columns.map((field, i) => row(field, keyed && i === 1 ? 'COMPOSITE KEY' : '')),
      ...tags.map((field) => row(field, 'TAG')),
    ],
  };
}

/** SHOW DATABASES, STABLES, TABLES. */
export function show(scanner: Scanner, catalog: Catalog, used: string | undefined): Answer {
  const what = scanner.next();
  const names = (column: string, length: number, of: Iterable<string>): Answer => ({
    columns: [[column, 'VARCHAR', length]],
    rows: [...of].map((name) => [name]),
  });
  if (what.text === 'databases') return names('name', 64, catalog.databases.keys());
  if (what.text === 'stables') return names('stable_name', 192, catalog.database(used).superTables.keys());
  if (what.text === 'tables') return names('table_name', 192, catalog.database(used).subTables.keys());
  throw scanner.error(what);
}
