import { type Answer, affected, type Cell, invalidColumn, Refusal } from './answer.ts';
import type { Catalog, Database, SubTable, SuperTable } from './catalog.ts';
import type { Scanner } from './scanner.ts';
import { cellOf, type Field, PRECISIONS } from './types.ts';

type Values = Map<string, Cell>;

/** The rows of one sub-table in a statement. */
interface Portion {
  readonly name: string;
  readonly parent: SuperTable;
  readonly tags: Map<string, Cell>;
  readonly rows: Values[];
}

const DAY = 86_400_000;
/** The last moment that a database of each precision takes. */
const LATEST = { ms: 31_556_995_200_000n, us: 31_556_995_200_000_000n, ns: 9_214_646_400_000_000_000n };
const LONGEST_NAME = 192;

/** INSERT INTO tb [USING stb [(tags)] TAGS (…)] [(columns)] VALUES (…) … tb …: read whole, then written. */
export function insert(scanner: Scanner, catalog: Catalog, used: string | undefined, now: number): Answer {
  scanner.expect('into');
  const portions = new Map<Database, Portion[]>();
  do {
    const first = scanner.peek();
    if (first.kind === 'word' && first.text === 'values') throw scanner.error(first, 'table_name is expected');
    const { database = used, table } = scanner.path('table_name is expected');
    if (table.includes('.')) throw new Refusal(9751, "The table name cannot contain '.'");
    if ([...table].length > LONGEST_NAME) throw new Refusal(512, 'name too long');
    const home = catalog.database(database);
    const portion = readPortion(scanner, catalog, home, table, now);
    const beside = portions.get(home);
    if (beside === undefined) portions.set(home, [portion]);
    else beside.push(portion);
  } while (scanner.peek().kind !== 'end' && !scanner.take(';'));
  let rows = 0;
  for (const [database, all] of portions) rows += write(database, all, now);
  return affected(rows);
}

function readPortion(scanner: Scanner, catalog: Catalog, home: Database, name: string, now: number): Portion {
  const { precision } = home;
  const existing = home.subTables.get(name);
  let parent = existing?.parent;
  const tags = new Map<string, Cell>();
  if (scanner.take('using')) {
    parent = catalog.superTable(home, scanner.path().table);
    if (existing !== undefined && existing.parent !== parent) {
      throw new Refusal(1565, 'Table already exists in other stables');
    }
    const fields = scanner.peek().text === '(' ? named(scanner, parent.tags) : parent.tags;
    scanner.expect('tags');
    for (const [field, cell] of cells(scanner, fields, precision, now)) tags.set(field.name, cell);
  }
  if (parent === undefined) throw new Refusal(9731, 'Table does not exist');
  const fields = scanner.peek().text === '(' ? named(scanner, parent.columns) : parent.columns;
  const [time, key] = parent.columns;
  const lacks = (field: Field | undefined) => field !== undefined && !fields.includes(field);
  if (lacks(time) || (parent.keyed && lacks(key))) throw new Refusal(512, 'Primary key column should not be none');
  scanner.expect('values');
  const rows: Values[] = [];
  do {
    const row = scanner.peek();
    const values: Values = new Map();
    for (const [field, cell] of cells(scanner, fields, precision, now, time)) values.set(field.name, cell);
    if (parent.keyed && values.get(key!.name) === null) {
      throw scanner.error(row, 'Primary key column should not be null');
    }
    rows.push(values);
    scanner.take(',');
  } while (scanner.peek().text === '(' && scanner.peek().kind === 'symbol');
  return { name, parent, tags, rows };
}

function named(scanner: Scanner, fields: readonly Field[]): Field[] {
  return scanner.list(() => {
    const name = scanner.name();
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw invalidColumn(name);
    return field;
  });
}

function cells(
  scanner: Scanner,
  fields: readonly Field[],
  precision: Database['precision'],
  now: number,
  time?: Field,
): [Field, Cell][] {
  scanner.expect('(');
  const read = fields.map((field, i): [Field, Cell] => {
    if (i > 0 && !scanner.take(',')) throw scanner.error(scanner.peek());
    const token = scanner.next();
    const cell = cellOf(token, field, scanner, precision, now);
    if (cell === null && field === time) throw scanner.error(token, 'Primary timestamp column should not be null');
    return [field, cell];
  });
  scanner.expect(')');
  return read;
}

/** Each vgroup takes its rows whole or not at all; an error of one leaves what the others wrote. */
function write(database: Database, portions: readonly Portion[], now: number): number {
  const unit = 10n ** BigInt(PRECISIONS[database.precision] - 3);
  const earliest = BigInt(now - database.keepDays * DAY) * unit;
  const latest = LATEST[database.precision];
  let written = 0;
  let refused = false;
  for (const vgroup of [0, 1]) {
    const here = portions.filter(({ name }) => vgroupOf(name) === vgroup);
    const times = here.flatMap(({ parent, rows }) => rows.map((row) => row.get(parent.columns[0]!.name) as bigint));
    if (times.some((time) => time < earliest || time > latest)) {
      refused = true;
      continue;
    }
    for (const portion of here) written += store(database, portion);
  }
  if (refused) throw new Refusal(1547, 'Timestamp data out of range');
  return written;
}

function vgroupOf(name: string): number {
  return [...name].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) >>> 0, 7) % 2;
}

function store(database: Database, { name, parent, tags, rows }: Portion): number {
  let table: SubTable | undefined = database.subTables.get(name);
  if (table === undefined) {
    table = { name, parent, tags, rows: new Map() };
    database.subTables.set(name, table);
  }
  const [time, key] = parent.columns;
  for (const row of rows) {
    const id = `${row.get(time!.name)}${parent.keyed ? ` ${row.get(key!.name)}` : ''}`;
    // Columns that are not named keep what they had.
    table.rows.set(id, new Map([...(table.rows.get(id) ?? []), ...row]));
  }
  return rows.length;
}
