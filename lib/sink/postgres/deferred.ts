import type { Key, PutStep } from './change.ts';
import type { Column, Table } from './column.ts';
import type { Session } from './connection.ts';
import { qualified, type TableName } from './identifier.ts';
import { orderOf, orderText } from './order.ts';
import { type Cell, type Layout, UnknownFields } from './row.ts';
import { textArray } from './statement/parameters.ts';

/**
 * Changes that came before what they need: the old row of a changed key, or a unique value that another row has not given
 * up yet, since that lies in another partition of the topic. They wait in a table of their own, one for each key, and are
 * written as soon as they can be.
 */
export interface Deferred {
  readonly table: TableName;
  readonly sink: string;
  readonly topic: string;
  /** Where they go, as this instance knows it. */
  readonly into: Table;
  readonly layout: (columns: readonly Column[]) => Layout;
}

export function createDeferredSql(table: TableName): string {
  return `CREATE TABLE IF NOT EXISTS ${qualified(table)} (
  sink text NOT NULL,
  topic text NOT NULL,
  "key" text NOT NULL,
  change text NOT NULL,
  deferred_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, topic, "key")
)`;
}

/** A waiting change as its row holds it. */
interface Kept {
  readonly key: Key;
  readonly former?: Key;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly kept: readonly string[];
  readonly uncertain: readonly string[];
  readonly order?: string;
}

/**
 * By the id of their key, the one that has waited longest first. Nobody else sees to them until the transaction ends.
 * Throws UnknownFields where another instance has meanwhile added columns that they fill.
 */
export async function readDeferred(session: Session, deferred: Deferred): Promise<Map<string, PutStep>> {
  const { rows } = await session.query<{ change: string }>({
    text: `SELECT change FROM ${qualified(deferred.table)} WHERE sink = $1 AND topic = $2 ORDER BY deferred_at FOR UPDATE`,
    values: [deferred.sink, deferred.topic],
  });
  const all = rows.map(({ change }) => JSON.parse(change) as Kept);
  await noneIsNew(session, deferred.into, all);
  const steps = all.map((kept) => stepOf(kept, deferred.into.columns, deferred.layout));
  return new Map(steps.map((step) => [step.key.id, step]));
}

async function noneIsNew(session: Session, into: Table, all: readonly Kept[]): Promise<void> {
  const known = new Set(into.columns.map(({ name }) => name));
  const unknown = [...new Set(all.flatMap(({ cells }) => Object.keys(cells)))].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const { rows } = await session.query<{ name: string }>({
    text: `SELECT a.attname::text AS name FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname::text = ANY ($3::text[])`,
    values: [into.schema, into.table, textArray(unknown.length, (i) => unknown[i]!)],
  });
  if (rows.length > 0) throw new UnknownFields(rows.map(({ name }) => name));
}

/** Writes which changes wait now, where `before` did. */
export async function writeDeferred(
  session: Session,
  { table, sink, topic }: Deferred,
  before: ReadonlyMap<string, PutStep>,
  now: ReadonlyMap<string, PutStep>,
): Promise<void> {
  const gone = [...before].flatMap(([id, step]) => (now.get(id) === step ? [] : [id]));
  const added = [...now].filter(([id, step]) => before.get(id) !== step);
  if (gone.length > 0) {
    await session.query({
      text: `DELETE FROM ${qualified(table)} WHERE sink = $1 AND topic = $2 AND "key" = ANY ($3::text[])`,
      values: [sink, topic, textArray(gone.length, (i) => gone[i]!)],
    });
  }
  if (added.length === 0) return;
  await session.query({
    text: `INSERT INTO ${qualified(table)} (sink, topic, "key", change)
SELECT $1::text, $2::text, u.a, u.b FROM unnest($3::text[], $4::text[]) AS u(a, b)`,
    values: [
      sink,
      topic,
      textArray(added.length, (i) => added[i]![0]),
      textArray(added.length, (i) => JSON.stringify(keptOf(added[i]![1]))),
    ],
  });
}

function keptOf({ key, former, row, kept, uncertain, order }: PutStep): Kept {
  return {
    key,
    cells: Object.fromEntries(row.layout.names.map((name, i) => [name, row.cells[i]!])),
    kept,
    uncertain,
    ...(former !== undefined && { former }),
    ...(order !== undefined && { order: orderText(order) }),
  };
}

function stepOf(
  { key, former, cells, kept, uncertain, order }: Kept,
  columns: readonly Column[],
  layout: Deferred['layout'],
): PutStep {
  // Columns that were dropped meanwhile are gone.
  const filled = columns.filter(({ name }) => Object.hasOwn(cells, name));
  return {
    kind: 'put',
    index: WAITED,
    key,
    row: { layout: layout(filled), cells: filled.map(({ name }) => cells[name]!) },
    kept,
    uncertain,
    order: orderOf(order),
    ...(former !== undefined && { former }),
  };
}

/** The index of a change that is of no slice. */
export const WAITED = -1;
