import { RowFault } from '../row-fault.ts';
import type { PutStep } from './change.ts';
import type { Column } from './column.ts';
import type { Session } from './connection.ts';
import type { Patch, Removal, Segment, Upsert } from './fold.ts';
import { qualified, quoteName } from './identifier.ts';
import { adopt, keepMoved, type Moved } from './moved.ts';
import { orderCell } from './order.ts';
import { statement } from './statement/parameters.ts';
import { type PatchGroup, patchSql } from './statement/patch.ts';
import { removeSql } from './statement/remove.ts';
import type { StatementTarget } from './statement/target.ts';
import { deleteReplacedSql, encoded, insertMissingSql, type RowGroup, upsertSql } from './statement/upsert.ts';

export interface Counts {
  written: number;
  deleted: number;
}

export interface Performance {
  readonly session: Session;
  readonly target: StatementTarget;
  /** Whether the server knows `INSERT … ON CONFLICT`, and is to use it. */
  readonly onConflict: boolean;
  /** Whether the guard is the position in the source: deletes have it too. */
  readonly byOrder: boolean;
  readonly moved: Moved;
  /** Whether the step at this index was sent again by its source: then a row that it does not find was deleted later. */
  readonly isOld: (index: number) => boolean;
  /** Empties the table. Throws RowFault. */
  readonly truncate: (segment: NonNullable<Segment['truncate']>) => Promise<number>;
}

/**
 * Applies a segment, inside a transaction. `pending` is a change of the row that it moves, which was never written.
 * Throws RowFault `UnknownValue`, and what the server refuses.
 */
export async function perform(
  segment: Segment,
  performance: Performance,
  counts: Counts,
  pending?: PutStep,
): Promise<void> {
  const { session, target } = performance;
  if (segment.truncate !== undefined) counts.deleted += await performance.truncate(segment.truncate);
  if (segment.moves.length > 0) {
    counts.deleted += await keepMoved(
      session,
      target,
      segment.moves,
      ordersOf(performance),
      performance.moved,
      pending,
    );
  }
  if (segment.removals.length > 0) {
    const sql = statement((parameters) => removeSql(target, segment.removals, parameters, ordersOf(performance)));
    counts.deleted += (await session.query(sql)).rowCount ?? 0;
  }
  await patchRows(segment.patches, performance, counts);
  await upsertRows(segment.upserts, performance, counts);
  if (segment.adoption !== undefined) {
    const adopted = await adopt(session, target, segment.adoption, performance.moved, performance.isOld);
    if (adopted?.kind === 'upsert') await upsertRows([adopted.row], performance, counts);
    else if (adopted?.kind === 'patch') await patchRows([adopted.row], performance, counts);
  }
}

export function ordersOf({ byOrder }: Pick<Performance, 'byOrder'>): ((removal: Removal) => string | null) | undefined {
  return byOrder ? ({ order }) => orderCell(order) : undefined;
}

async function patchRows(patches: readonly Patch[], performance: Performance, counts: Counts): Promise<void> {
  const { session, target } = performance;
  for (const group of patchGroups(patches)) {
    const sql = statement((parameters) => patchSql(target, group, parameters));
    const { rows } = await session.query<{ at: number }>(sql);
    const found = new Set(rows.map(({ at }) => at));
    counts.written += found.size;
    if (found.size === group.patches.length) continue;
    const lost = group.patches.find((patch, i) => !found.has(i + 1) && !performance.isOld(patch.index));
    if (lost !== undefined) throw unknownValue(lost, target);
  }
}

function unknownValue({ index, row, origin, key }: Patch, { table }: StatementTarget): RowFault {
  const kept = table.columns.filter(({ name, generated }) => !generated && !row.layout.names.includes(name));
  return new RowFault(
    'UnknownValue',
    `the change leaves out what did not change (${kept.map(({ name }) => `"${name}"`).join(', ')}), and the table has no such row to keep it from`,
    {
      row: index,
      awaitsOthers: origin.id !== key.id,
      fix: 'The row was never written here: let the connector take a snapshot of the table (an incremental one will do), or set REPLICA IDENTITY FULL at the source.',
    },
  );
}

async function upsertRows(upserts: readonly Upsert[], performance: Performance, counts: Counts): Promise<void> {
  const { session, target, onConflict } = performance;
  for (const group of rowGroups(upserts)) {
    if (onConflict) {
      const sql = statement((parameters) => upsertSql(target, encoded(group), parameters));
      counts.written += (await session.query(sql)).rowCount ?? 0;
      continue;
    }
    const whole = group.uncertain.length === 0 && fillsAll(target, group);
    const sql = statement((parameters) =>
      whole ? deleteReplacedSql(target, group, parameters) : patchSql(target, asPatches(target, group), parameters),
    );
    const replaced = (await session.query(sql)).rowCount ?? 0;
    const inserted = await session.query(
      statement((parameters) => insertMissingSql(target, encoded(group), parameters)),
    );
    counts.written += (inserted.rowCount ?? 0) + (whole ? 0 : replaced);
  }
}

function fillsAll({ table }: StatementTarget, { layout }: RowGroup): boolean {
  return table.columns.every((column) => layout.columns.includes(column) || !isWritable(column));
}

const isWritable = ({ generated, identity }: Column): boolean => !generated && identity !== 'always';

function asPatches({ key }: StatementTarget, { layout, uncertain, rows }: RowGroup): PatchGroup {
  const at = key.map(({ name }) => layout.names.indexOf(name));
  const patches = rows.map((row, index): Patch => {
    const own = { cells: at.map((i) => row.cells[i]!), id: '' };
    return { origin: own, key: own, row, uncertain, order: undefined, index };
  });
  return { layout, uncertain, moves: false, patches };
}

export function rowGroups(upserts: readonly Upsert[]): readonly RowGroup[] {
  return grouped(upserts, ({ row, uncertain }) => [row.layout, uncertain.join('\0')]).map((group) => ({
    layout: group[0]!.row.layout,
    uncertain: group[0]!.uncertain,
    rows: group.map(({ row }) => row),
  }));
}

function patchGroups(patches: readonly Patch[]): readonly PatchGroup[] {
  const moves = ({ origin, key }: Patch) => origin.id !== key.id;
  return grouped(patches, (patch) => [patch.row.layout, `${moves(patch)}\0${patch.uncertain.join('\0')}`]).map(
    (group) => ({
      layout: group[0]!.row.layout,
      uncertain: group[0]!.uncertain,
      moves: moves(group[0]!),
      patches: group,
    }),
  );
}

/** In the order in which each group was first met. */
function grouped<T>(items: readonly T[], by: (item: T) => readonly [object, string]): readonly (readonly T[])[] {
  const groups = new Map<object, Map<string, T[]>>();
  for (const item of items) {
    const [layout, rest] = by(item);
    const inner = groups.get(layout) ?? new Map<string, T[]>();
    groups.set(layout, inner);
    const group = inner.get(rest);
    if (group === undefined) inner.set(rest, [item]);
    else group.push(item);
  }
  return [...groups.values()].flatMap((inner) => [...inner.values()]);
}

/** Deletes every row, or with a position in the source those that are not newer. */
export async function emptyTable(session: Session, target: StatementTarget, order: string | null): Promise<number> {
  const table = qualified(target.table);
  const guard = order === null ? undefined : target.table.columns.find(({ name }) => name === target.guard);
  if (guard === undefined) return (await session.query(`DELETE FROM ${table}`)).rowCount ?? 0;
  const condition = `(${quoteName(guard.name)} > $1::text::${guard.type.cast}) IS NOT TRUE`;
  return (await session.query({ text: `DELETE FROM ${table} WHERE ${condition}`, values: [order] })).rowCount ?? 0;
}
