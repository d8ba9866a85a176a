import { RowFault } from '../row-fault.ts';
import type { PutStep, TableStep } from './change.ts';
import { WAITED } from './deferred.ts';
import { postgresFailure, sqlStateOf } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import { type FoldOptions, fold, isOlder, overlaid, type Segment } from './fold.ts';
import { type Counts, type Performance, perform } from './perform.ts';

export interface Serial {
  readonly performance: Performance;
  readonly place: PostgresPlace;
  readonly layout: FoldOptions['layout'];
  readonly counts: Counts;
  readonly bulk: (steps: readonly TableStep[]) => readonly Segment[];
  /** Whether no other partition could bring what a change needs. */
  readonly isAlone: () => Promise<boolean>;
}

/** SQLSTATEs that rows may meet when they are written together and not when they are written one after another. */
const TOGETHER = new Set(['23505', '23P01', '23503', '21000']);

export function liesInFolding(error: unknown): boolean {
  if (error instanceof RowFault) return error.code === 'UnknownValue';
  return TOGETHER.has(sqlStateOf(error) ?? '');
}

/**
 * Applies changes one after another, inside a transaction. What needs changes of other partitions waits (undefined:
 * nothing may wait), and is tried again at the end. Throws RowFault with the row, and what lies in none.
 */
export async function performSerially(
  steps: readonly TableStep[],
  serial: Serial,
  waiting: Map<string, PutStep> | undefined,
): Promise<void> {
  const left = waiting === undefined ? steps : await withoutSimple(steps, serial, waiting);
  for (const step of left) {
    if (step.kind === 'truncate') forgetOlder(waiting, step.order);
    const pending = step.kind === 'truncate' ? undefined : waiting?.get(step.key.id);
    if (step.kind !== 'truncate') waiting?.delete(step.key.id);
    const whole = pending !== undefined && step.kind === 'put' ? overlaid(pending, step, serial.layout) : step;
    const error = await attempt(whole, serial, pending);
    if (error === undefined) continue;
    if (waiting === undefined || whole.kind !== 'put' || !(await mayWait(error, whole, serial)))
      throw blamed(error, whole, serial);
    waiting.set(whole.key.id, whole);
  }
  if (waiting !== undefined) await retry(waiting, serial);
}

/** Changes of rows that nothing waits for are written together, if they can be. */
async function withoutSimple(
  steps: readonly TableStep[],
  serial: Serial,
  waiting: ReadonlyMap<string, PutStep>,
): Promise<readonly TableStep[]> {
  const involved = new Set(waiting.keys());
  for (const step of steps) {
    if (step.kind === 'truncate') return steps;
    const other = step.kind === 'remove' ? step.later : step.former;
    if (other !== undefined) involved.add(step.key.id).add(other.id);
  }
  const isSimple = (step: TableStep) => step.kind !== 'truncate' && !involved.has(step.key.id);
  const simple = steps.filter(isSimple);
  if (simple.length < 2 || waiting.size === 0) return steps;
  const counts = { written: 0, deleted: 0 };
  const error = await saved(serial, async () => {
    for (const segment of serial.bulk(simple)) await perform(segment, serial.performance, counts);
  });
  if (error !== undefined) return steps;
  serial.counts.written += counts.written;
  serial.counts.deleted += counts.deleted;
  return steps.filter((step) => !isSimple(step));
}

/** What waits may have come after the truncate, from another partition. */
function forgetOlder(waiting: Map<string, PutStep> | undefined, order: TableStep['order']): void {
  for (const [id, step] of waiting ?? []) {
    if (order === undefined || isOlder(step.order, order)) waiting?.delete(id);
  }
}

/** Each that can be written may free what another waits for. */
async function retry(waiting: Map<string, PutStep>, serial: Serial): Promise<void> {
  for (let progress = true; progress; ) {
    progress = false;
    for (const [id, step] of waiting) {
      if ((await attempt({ ...step, index: WAITED }, serial, undefined)) !== undefined) continue;
      waiting.delete(id);
      progress = true;
    }
  }
}

function attempt(step: TableStep, serial: Serial, pending: PutStep | undefined): Promise<unknown> {
  const { layout, counts } = serial;
  // A row that waits was not deleted later, however often its source sends it again.
  const performance = pending === undefined ? serial.performance : { ...serial.performance, isOld: () => false };
  return saved(serial, async () => {
    for (const segment of fold([step], { layout, newestWins: false, apart: false })) {
      await perform(segment, performance, counts, pending);
    }
  });
}

/** What `work` threw, undone; undefined if it threw nothing. Errors that end the transaction are thrown. */
async function saved({ performance }: Serial, work: () => Promise<void>): Promise<unknown> {
  const { session } = performance;
  await session.query('SAVEPOINT sluice');
  try {
    await work();
    await session.query('RELEASE SAVEPOINT sluice');
    return undefined;
  } catch (error) {
    if (!(error instanceof RowFault) && sqlStateOf(error) === undefined) throw error;
    await session.query('ROLLBACK TO SAVEPOINT sluice; RELEASE SAVEPOINT sluice');
    return error;
  }
}

async function mayWait(error: unknown, { index }: TableStep, { performance, isAlone }: Serial): Promise<boolean> {
  if (error instanceof RowFault) return error.awaitsOthers;
  if (sqlStateOf(error) !== '23505' || isKeyOf(error, performance)) return false;
  // Another row of a mirror holds the value. At the source it has given it up, in a change of another partition; or this
  // change is sent again, and so is the one by which its row gave the value up.
  return performance.isOld(index) || !(await isAlone());
}

function isKeyOf(error: unknown, { target }: Performance): boolean {
  const { constraint } = error as { readonly constraint?: unknown };
  return target.table.uniqueKeys.some(
    ({ name, columns }) => name === constraint && target.key.every((column) => columns.includes(column.name)),
  );
}

function blamed(error: unknown, { index }: TableStep, { place }: Serial): unknown {
  const failure = postgresFailure(error, place);
  if (!(failure instanceof RowFault)) return failure;
  const { code, message, fix, sqlState, awaitsOthers } = failure;
  return new RowFault(code, message, {
    row: index,
    awaitsOthers,
    ...(fix !== undefined && { fix }),
    ...(sqlState !== undefined && { sqlState }),
  });
}
