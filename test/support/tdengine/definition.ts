import { type Answer, affected, type Cell, invalidColumn, Refusal } from './answer.ts';
import type { Catalog, Database, SubTable, SuperTable } from './catalog.ts';
import type { Scanner } from './scanner.ts';
import { cellOf, type Field, type Precision, readType } from './types.ts';

const KEY_TYPES = new Set(['INT', 'INT UNSIGNED', 'BIGINT', 'BIGINT UNSIGNED', 'VARCHAR']);
const DEFAULT_KEEP = 3650;

/** CREATE DATABASE, STABLE, TABLE. */
export function create(scanner: Scanner, catalog: Catalog, used: string | undefined, now: number): Answer {
  if (scanner.take('database')) return createDatabase(scanner, catalog);
  if (!scanner.take('stable')) scanner.expect('table');
  const lenient = scanner.takeAll('if', 'not', 'exists');
  const { database = used, table } = scanner.path();
  const home = catalog.database(database);
  if (home.superTables.has(table) || home.subTables.has(table)) {
    if (lenient) return affected(0);
    throw new Refusal(1539, 'Table already exists');
  }
  if (scanner.take('using')) home.subTables.set(table, readSubTable(scanner, catalog, home, table, now));
  else home.superTables.set(table, readSuperTable(scanner, table));
  return affected(0);
}

function createDatabase(scanner: Scanner, catalog: Catalog): Answer {
  const lenient = scanner.takeAll('if', 'not', 'exists');
  const name = scanner.name();
  let precision: Precision = 'ms';
  let keepDays = DEFAULT_KEEP;
  for (let option = scanner.next(); option.kind !== 'end'; option = scanner.next()) {
    const value = scanner.next();
    if (option.text === 'precision') precision = value.text as Precision;
    else if (option.text === 'keep') keepDays = days(scanner, Number(value.text));
    else if (option.text !== 'vgroups' && option.text !== 'duration') throw scanner.error(option);
  }
  if (catalog.databases.has(name)) {
    if (lenient) return affected(0);
    throw new Refusal(897, 'Database already exists');
  }
  catalog.databases.set(name, { name, precision, keepDays, superTables: new Map(), subTables: new Map() });
  return affected(0);
}

/** `30d` is a number and a word. */
function days(scanner: Scanner, value: number): number {
  scanner.take('d');
  return value;
}

function readSuperTable(scanner: Scanner, name: string): SuperTable {
  let keyed = false;
  const field = (): Field => {
    const read = { name: scanner.name(), ...readType(scanner) };
    if (!scanner.takeAll('primary', 'key') && !scanner.takeAll('composite', 'key')) return read;
    keyed = true;
    if (!KEY_TYPES.has(read.type)) {
      const types = 'int, uint, bigint, ubigint, and varchar';
      throw new Refusal(9849, `composite primary key column must be of type ${types}`);
    }
    return read;
  };
  const columns = scanner.list(field);
  if (columns[0]?.type !== 'TIMESTAMP') throw new Refusal(9793, 'First column must be timestamp');
  scanner.expect('tags');
  return { name, columns, tags: scanner.list(field), keyed };
}

function readSubTable(scanner: Scanner, catalog: Catalog, home: Database, name: string, now: number): SubTable {
  const parent = catalog.superTable(home, scanner.path().table);
  scanner.expect('tags');
  let i = 0;
  const tags = new Map<string, Cell>();
  scanner.list(() => {
    const field = parent.tags[i++];
    const token = scanner.next();
    if (field === undefined) throw scanner.error(token);
    tags.set(field.name, cellOf(token, field, scanner, home.precision, now));
  });
  return { name, parent, tags, rows: new Map() };
}

/** ALTER STABLE … ADD COLUMN, MODIFY COLUMN, MODIFY TAG; ALTER TABLE … SET TAG. */
export function alter(scanner: Scanner, catalog: Catalog, used: string | undefined, now: number): Answer {
  if (!scanner.take('stable')) scanner.expect('table');
  const { database = used, table } = scanner.path();
  const home = catalog.database(database);
  if (scanner.takeAll('set', 'tag')) {
    const { parent, tags } = catalog.subTable(home, table);
    do {
      const name = scanner.name();
      const field = parent.tags.find((candidate) => candidate.name === name);
      if (field === undefined) throw invalidColumn(name);
      scanner.expect('=');
      tags.set(name, cellOf(scanner.next(), field, scanner, home.precision, now));
    } while (scanner.take(','));
    return affected(0);
  }
  const parent = catalog.superTable(home, table);
  if (scanner.takeAll('add', 'column')) addColumn(parent, { name: scanner.name(), ...readType(scanner) });
  else if (scanner.takeAll('modify', 'column')) {
    parent.columns = widened(parent.columns, { name: scanner.name(), ...readType(scanner) });
  } else {
    scanner.expect('modify');
    scanner.expect('tag');
    const tags = widened(parent.tags, { name: scanner.name(), ...readType(scanner) });
    parent.tags.splice(0, parent.tags.length, ...tags);
  }
  return affected(0);
}

function addColumn(parent: SuperTable, field: Field): void {
  if ([...parent.columns, ...parent.tags].some(({ name }) => name === field.name)) {
    throw new Refusal(875, 'Column already exists');
  }
  parent.columns = [...parent.columns, field];
}

function widened(fields: readonly Field[], wanted: Field): Field[] {
  const old = fields.find(({ name }) => name === wanted.name);
  if (old === undefined) throw invalidColumn(wanted.name);
  if (old.type !== wanted.type || wanted.length <= old.length || !/CHAR|BINARY/.test(old.type)) {
    const what = 'Only varbinary/binary/nchar/geometry column length could be modified';
    throw new Refusal(9803, `${what}, and the length can only be increased, not decreased`);
  }
  return fields.map((field) => (field === old ? wanted : field));
}

/** DROP DATABASE, STABLE, TABLE. */
export function drop(scanner: Scanner, catalog: Catalog, used: string | undefined): Answer {
  const whole = scanner.take('database');
  if (!whole && !scanner.take('stable')) scanner.expect('table');
  const lenient = scanner.takeAll('if', 'exists');
  if (whole) {
    const name = scanner.name();
    if (!catalog.databases.delete(name) && !lenient) throw new Refusal(904, 'Database not exist');
    return affected(0);
  }
  const { database = used, table } = scanner.path();
  const home = catalog.database(database);
  const dropped = home.subTables.delete(table) || dropSuperTable(home, table);
  if (!dropped && !lenient) throw new Refusal(9731, 'Table does not exist');
  return affected(0);
}

function dropSuperTable(home: Database, name: string): boolean {
  const parent = home.superTables.get(name);
  if (parent === undefined) return false;
  for (const [child, table] of home.subTables) if (table.parent === parent) home.subTables.delete(child);
  return home.superTables.delete(name);
}
