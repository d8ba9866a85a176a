import type { Change } from '../../message/contract.ts';
import { RowFault } from '../row-fault.ts';
import { type StepOptions, stepOf, type TableStep, type TruncateStep } from './change.ts';
import type { Column } from './column.ts';
import { readDeferred, writeDeferred } from './deferred.ts';
import type { Attempt, Outcome } from './delivery.ts';
import type { PostgresPlace } from './finding.ts';
import { fold, isOlder, type Segment } from './fold.ts';
import { qualified, type TableName } from './identifier.ts';
import { isOnlyPartition } from './only-partition.ts';
import { asSentFirst, orderCell, orderOf, orderText } from './order.ts';
import { type Counts, emptyTable, ordersOf, type Performance, perform, rowGroups } from './perform.ts';
import type { Layout, MappedRow, RowMapping } from './row.ts';
import { liesInFolding, performSerially } from './serial.ts';
import { claimText, lockTopicText, truncatedSql } from './statement/offsets.ts';
import { statement } from './statement/parameters.ts';
import type { StatementTarget } from './statement/target.ts';
import { type EncodedGroup, encoded } from './statement/upsert.ts';
import { type WholeAnswer, wholeSql } from './statement/whole.ts';
import { transaction } from './transaction.ts';

export interface KeyedOptions {
  readonly target: StatementTarget;
  readonly mapping: RowMapping;
  readonly mode: 'upsert' | 'mirror';
  readonly onConflict: boolean;
  readonly allowTruncate: boolean;
  /** The column in which the position in the source is kept. */
  readonly orderColumn: Column | undefined;
  readonly movedTable: TableName;
  readonly deferredTable: TableName;
  readonly sink: string;
  readonly place: PostgresPlace;
}

/** The most groups of rows that one statement writes: beyond that planning costs more than round trips. */
const MOST_GROUPS = 8;

interface Folded {
  readonly steps: readonly TableStep[];
  readonly segments: readonly Segment[];
}

/** One of the two: what one statement can write needs the other only where that fails, and it takes much memory. */
interface Ready {
  readonly whole?: Whole;
  readonly folded?: Folded;
}

/** What one statement can write, as it is sent. */
interface Whole {
  readonly removals: Segment['removals'];
  readonly groups: readonly EncodedGroup[];
}

/** Upserts and mirrors into a table whose rows are told apart by a key. */
export class KeyedWriter {
  readonly #options: KeyedOptions;
  readonly #prepared = new WeakMap<readonly Change[], Ready>();
  readonly #steps: StepOptions;

  constructor(options: KeyedOptions) {
    const { target, mapping, mode, allowTruncate, orderColumn } = options;
    this.#options = options;
    this.#steps = {
      mapping,
      key: target.key.map(({ name }) => name),
      mode,
      allowTruncate,
      ...(orderColumn !== undefined && { stamp: stampWith(orderColumn, mapping.layout) }),
    };
  }

  /** Does what needs no server, ahead of `write`. Throws as it does. */
  prepare(changes: readonly Change[]): void {
    this.#prepared.set(changes, this.#ready(changes, 0, undefined));
  }

  /** @param first the index of the first of the changes in its slice */
  async write(given: Attempt, changes: readonly Change[], first: number): Promise<Outcome> {
    const { orderColumn, mode, deferredTable } = this.#options;
    const attempt = mode === 'mirror' ? { ...given, row: { ...given.row, deferred: deferredTable } } : given;
    const truncated = orderColumn === undefined ? undefined : orderOf(attempt.from.truncated);
    const prepared = truncated === undefined ? this.#prepared.get(changes) : undefined;
    const { whole, folded } = prepared ?? this.#ready(changes, first, truncated);
    const fold = () => folded ?? this.#fold(changes, first, truncated);
    try {
      const outcome = await (whole === undefined ? this.#inTurn(attempt, fold()) : this.#atOnce(attempt, whole));
      // Nothing was done where changes wait, either: they may be of the same rows.
      if (outcome !== undefined || !(await this.#anyWaits(attempt))) return outcome;
    } catch (error) {
      if (!liesInFolding(error)) throw error;
    }
    return this.#oneByOne(attempt, fold().steps);
  }

  async #anyWaits({ session, row }: Attempt): Promise<boolean> {
    if (row.deferred === undefined) return false;
    const { rows } = await session.query({
      text: `SELECT 1 FROM ${qualified(row.deferred)} WHERE sink = $1 AND topic = $2 LIMIT 1`,
      values: [row.sink, row.topic],
    });
    return rows.length > 0;
  }

  /** What would be done, in the order in which it would be. */
  plan(changes: readonly Change[]): readonly Segment[] {
    return this.#folded(this.#stepsOf(changes, 0, undefined));
  }

  #stepsOf(changes: readonly Change[], first: number, truncated: Change['order']): readonly TableStep[] {
    const steps: TableStep[] = [];
    changes.forEach((change, i) => {
      // What came before the source was truncated is not there any more.
      if (truncated === undefined || !isOlder(change.order, truncated))
        steps.push(stepOf(change, first + i, this.#steps));
    });
    return steps;
  }

  #folded(steps: readonly TableStep[]): readonly Segment[] {
    const { target, orderColumn } = this.#options;
    return fold(steps, {
      layout: this.#steps.mapping.layout,
      newestWins: orderColumn !== undefined,
      apart: target.guard !== undefined && orderColumn === undefined,
    });
  }

  #ready(changes: readonly Change[], first: number, truncated: Change['order']): Ready {
    const folded = this.#fold(changes, first, truncated);
    const whole = this.#wholeOf(folded);
    return whole === undefined ? { folded } : { whole };
  }

  #fold(changes: readonly Change[], first: number, truncated: Change['order']): Folded {
    const steps = this.#stepsOf(changes, first, truncated);
    return { steps, segments: this.#folded(steps) };
  }

  #wholeOf({ segments }: Folded): Whole | undefined {
    const [segment = EMPTY, ...more] = segments;
    const { moves, removals, patches, truncate, adoption } = segment;
    const simple = moves.length === 0 && patches.length === 0 && truncate === undefined && adoption === undefined;
    if (more.length > 0 || !simple || !this.#options.onConflict) return undefined;
    const groups = rowGroups(segment.upserts);
    return groups.length > MOST_GROUPS ? undefined : { removals, groups: groups.map(encoded) };
  }

  async #atOnce(attempt: Attempt, { removals, groups }: Whole): Promise<Outcome> {
    const { session, row, from, to } = attempt;
    const { target, orderColumn } = this.#options;
    const orders = ordersOf({ byOrder: orderColumn !== undefined });
    const sql = wholeSql(target, { row, from, to, removals, groups, orders });
    const { rows } = await session.query<WholeAnswer & Record<string, unknown>>(sql);
    const answer = rows[0];
    if (answer === undefined || Number(answer.claimed) === 0) return undefined;
    return { written: Number(answer.written), deleted: Number(answer.deleted), to };
  }

  async #inTurn(attempt: Attempt, { segments, steps }: Folded): Promise<Outcome> {
    const { session, row, from, to } = attempt;
    const counts: Counts = { written: 0, deleted: 0 };
    const state = { to };
    const performance = this.#performance(attempt, steps, state);
    return transaction(session, claimText(row, from, to), async () => {
      for (const segment of segments) await perform(segment, performance, counts);
      return { ...counts, to: state.to };
    });
  }

  /** In the order of the offsets, each change for itself: the first that fails is the one to blame, or waits for others. */
  async #oneByOne(attempt: Attempt, steps: readonly TableStep[]): Promise<Outcome> {
    const { session, row, from, to } = attempt;
    const { target, mode, deferredTable, sink, place } = this.#options;
    const counts: Counts = { written: 0, deleted: 0 };
    const state = { to };
    const performance = this.#performance(attempt, steps, state);
    const { layout } = this.#steps.mapping;
    const serial = {
      performance,
      place,
      layout,
      counts,
      bulk: (together: readonly TableStep[]) => this.#folded(together),
      isAlone: () => isOnlyPartition(session, row),
    };
    const { deferred: _, ...unguarded } = row;
    const claim = claimText(unguarded, from, to);
    if (mode === 'upsert') {
      return transaction(session, claim, async () => {
        await performSerially(steps, serial, undefined);
        return { ...counts, to: state.to };
      });
    }
    const deferred = { table: deferredTable, sink, topic: row.topic, into: target.table, layout };
    const withWaiting = (first: string, those: readonly TableStep[]) =>
      transaction(session, first, async () => {
        const before = await readDeferred(session, deferred);
        const waiting = new Map(before);
        await performSerially(those, serial, waiting);
        await writeDeferred(session, deferred, before, waiting);
        return { waiting: waiting.size, more: [...waiting].some(([id, step]) => before.get(id) !== step) };
      });
    const done = await withWaiting(claim, steps);
    if (done === undefined) return undefined;
    // Another process may bring just now what a change waits for, and has not seen that anything waits.
    const last = done.more ? ((await withWaiting(lockTopicText(row), [])) ?? done) : done;
    return { ...counts, to: state.to, waiting: last.waiting };
  }

  #performance(attempt: Attempt, steps: readonly TableStep[], state: { to: Attempt['to'] }): Performance {
    const { session, row, from } = attempt;
    const { target, onConflict, orderColumn, movedTable, sink } = this.#options;
    const last = orderOf(from.lastOrder);
    const orders = new Map(steps.map(({ index, order }) => [index, order]));
    return {
      session,
      target,
      onConflict,
      byOrder: orderColumn !== undefined,
      moved: { table: movedTable, sink, topic: row.topic, layout: this.#steps.mapping.layout },
      // What stands at the last place itself may be the other half of a changed key, and be new.
      isOld: (index) => {
        const order = orders.get(index);
        return order !== undefined && isOlder(asSentFirst(order, last), last);
      },
      truncate: async (step) => {
        state.to = await this.#truncated(attempt, step, state.to);
        return emptyTable(session, target, orderColumn === undefined ? null : orderCell(step.order));
      },
    };
  }

  /** Other partitions may have brought later rows already, or bring earlier ones: only positions tell them apart. */
  async #truncated({ session, row }: Attempt, step: TruncateStep, to: Attempt['to']): Promise<Attempt['to']> {
    const { orderColumn } = this.#options;
    if (orderColumn !== undefined && step.order !== undefined) {
      const truncated = orderText(step.order);
      await session.query(statement((parameters) => truncatedSql(row, truncated, parameters)));
      return { ...to, truncated };
    }
    if (await isOnlyPartition(session, row)) return to;
    throw new RowFault(
      'TruncateOverPartitions',
      'the source table was truncated, and its changes come in several partitions: which rows came before is not known',
      {
        row: step.index,
        fix: 'Set `ifNewer: lsn`, which keeps the position of each change in its row; or give the topic one partition.',
      },
    );
  }
}

const EMPTY: Segment = { moves: [], removals: [], patches: [], upserts: [] };

/** Adds the position in the source to rows, as a column of its own. */
function stampWith(column: Column, layoutOf: RowMapping['layout']): NonNullable<StepOptions['stamp']> {
  const stamped = new Map<Layout, Layout>();
  return (row: MappedRow, order) => {
    let layout = stamped.get(row.layout);
    if (layout === undefined) {
      layout = layoutOf([...row.layout.columns, column]);
      stamped.set(row.layout, layout);
    }
    return { layout, cells: [...row.cells, orderCell(order)] };
  };
}
