import { RowFault } from '../row-fault.ts';
import type { Key, PutStep } from './change.ts';
import type { Category, Column } from './column.ts';
import type { Session } from './connection.ts';
import type { Move, Patch, Removal, Upsert } from './fold.ts';
import { qualified, quoteName, type TableName } from './identifier.ts';
import type { Cell, Layout } from './row.ts';
import { statement, textArray } from './statement/parameters.ts';
import { takeSql } from './statement/remove.ts';
import type { StatementTarget } from './statement/target.ts';

/**
 * Rows between two keys. A changed key is a delete here and an insert there, which may lie in two batches or partitions;
 * the insert leaves out large values that did not change, and nothing else has them once the old row is deleted.
 */
export interface Moved {
  readonly table: TableName;
  readonly sink: string;
  readonly topic: string;
  readonly layout: (columns: readonly Column[]) => Layout;
}

export function createMovedSql(table: TableName): string {
  return `CREATE TABLE IF NOT EXISTS ${qualified(table)} (
  sink text NOT NULL,
  topic text NOT NULL,
  former_key text NOT NULL,
  later_key text NOT NULL,
  cells text NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now()
)`;
}

/** Most rows come whole under their new key, and ask for nothing that was kept. A week is longer than a partition lags behind. */
export async function forgetMoved(session: Session, table: TableName, sink: string): Promise<void> {
  await session.query({
    text: `DELETE FROM ${qualified(table)} WHERE sink = $1 AND moved_at < now() - interval '7 days'`,
    values: [sink],
  });
}

/** What is kept of a row. */
interface Left {
  readonly cells: Readonly<Record<string, Cell>>;
  /** Where what is missing in `cells` may be known from: the key that the row had before. */
  readonly former?: string;
}

/** Types whose values may be stored apart from their row, which is what a connector leaves out. */
const LARGE: ReadonlySet<Category> = new Set([
  ...(['text', 'json', 'bytes', 'array', 'hstore', 'numeric', 'bits', 'vector', 'composite', 'other'] as const),
]);

/** Deletes the rows and keeps what is large in them. @returns how many there were */
export async function keepMoved(
  session: Session,
  target: StatementTarget,
  moves: readonly Move[],
  orders: ((removal: Removal) => string | null) | undefined,
  moved: Moved,
  pending?: PutStep,
): Promise<number> {
  const keyNames = new Set(target.key.map(({ name }) => name));
  const columns = target.table.columns
    .filter(({ name, type, generated }) => LARGE.has(type.category) && !generated && !keyNames.has(name))
    .map(({ name }) => name);
  const taken = await session.query<{ at: number } & Record<string, string | null>>(
    statement((parameters) => takeSql(target, moves, parameters, orders, columns)),
  );
  const rows = taken.rows.map((row) => {
    const { key, later } = moves[(row['at'] as unknown as number) - 1]!;
    const cells = Object.fromEntries(columns.map((name, i) => [name, row[`v${i}`] ?? null]));
    return { former: key.id, later: later.id, left: { cells: { ...cells, ...cellsOf(pending) } } as Left };
  });
  const [move] = moves;
  // The row was never written: what is known of it is in the change that still waits.
  if (rows.length === 0 && pending !== undefined && move !== undefined) {
    const { former } = pending;
    const left = { cells: cellsOf(pending), ...(former !== undefined && { former: former.id }) };
    rows.push({ former: move.key.id, later: move.later.id, left });
  }
  if (rows.length === 0) return 0;
  await session.query({
    text: `INSERT INTO ${qualified(moved.table)} (sink, topic, former_key, later_key, cells)
SELECT $1::text, $2::text, u.a, u.b, u.c FROM unnest($3::text[], $4::text[], $5::text[]) AS u(a, b, c)`,
    values: [
      moved.sink,
      moved.topic,
      textArray(rows.length, (i) => rows[i]!.former),
      textArray(rows.length, (i) => rows[i]!.later),
      textArray(rows.length, (i) => JSON.stringify(rows[i]!.left)),
    ],
  });
  return taken.rows.length;
}

/**
 * Completes a row that came under another key: from what was kept of the old one, or from itself, where it is there
 * already because its source sends it again.
 *
 * @returns undefined if nothing is to be written
 * @throws RowFault `UnknownValue`; it awaits others, since the old row's changes may lie in another partition
 */
export async function adopt(
  session: Session,
  target: StatementTarget,
  step: PutStep,
  moved: Moved,
  isOld: (index: number) => boolean,
): Promise<
  { readonly kind: 'upsert'; readonly row: Upsert } | { readonly kind: 'patch'; readonly row: Patch } | undefined
> {
  const { key, former, row, uncertain, order, index, kept } = step;
  if (await isThere(session, target, key)) {
    return { kind: 'patch', row: { origin: key, key, row, uncertain, order, index } };
  }
  const cells = former === undefined ? undefined : await takeMoved(session, moved, former.id, key.id, kept);
  if (cells !== undefined) {
    const columns = target.table.columns.filter(({ name }) => kept.includes(name));
    const layout = moved.layout([...row.layout.columns, ...columns]);
    const whole = { layout, cells: [...row.cells, ...columns.map(({ name }) => cells[name] ?? null)] };
    return { kind: 'upsert', row: { key, row: whole, uncertain, order, index } };
  }
  if (isOld(index)) return undefined;
  throw new RowFault(
    'UnknownValue',
    `the row has a new key, and what did not change in it (${kept.map((name) => `"${name}"`).join(', ')}) is known only from the delete of its old key, which has not come yet`,
    {
      row: index,
      awaitsOthers: true,
      fix: 'The delete of the old key lies in another partition and comes with it. Where it was lost (compacted, or before `source.from`), let the connector take a snapshot of the table.',
    },
  );
}

async function isThere(session: Session, { table, key }: StatementTarget, { cells }: Key): Promise<boolean> {
  const same = key.map(({ name, type }, i) => `${quoteName(name)} = $${i + 1}::text::${type.cast}`).join(' AND ');
  const { rows } = await session.query({ text: `SELECT 1 FROM ${qualified(table)} WHERE ${same}`, values: cells });
  return rows.length > 0;
}

/** The values of these columns; undefined while not all of them are known. */
async function takeMoved(
  session: Session,
  moved: Moved,
  former: string,
  later: string,
  columns: readonly string[],
): Promise<Readonly<Record<string, Cell>> | undefined> {
  const { table, sink, topic } = moved;
  const { rows } = await session.query<{ cells: string }>({
    text: `SELECT cells FROM ${qualified(table)} WHERE sink = $1 AND topic = $2 AND former_key = $3 AND later_key = $4
ORDER BY moved_at DESC LIMIT 1`,
    values: [sink, topic, former, later],
  });
  const [found] = rows;
  if (found === undefined) return undefined;
  const left = JSON.parse(found.cells) as Left;
  const unknown = columns.filter((name) => !Object.hasOwn(left.cells, name));
  const earlier =
    unknown.length === 0 || left.former === undefined
      ? undefined
      : await takeMoved(session, moved, left.former, former, unknown);
  if (unknown.length > 0 && earlier === undefined) return undefined;
  await session.query({
    text: `DELETE FROM ${qualified(table)} WHERE sink = $1 AND topic = $2 AND former_key = $3 AND later_key = $4`,
    values: [sink, topic, former, later],
  });
  return { ...earlier, ...left.cells };
}

function cellsOf(step: PutStep | undefined): Readonly<Record<string, Cell>> {
  if (step === undefined) return {};
  return Object.fromEntries(step.row.layout.names.map((name, i) => [name, step.row.cells[i]!]));
}
