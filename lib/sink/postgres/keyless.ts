import type { Change, Remove } from '../../message/contract.ts';
import { RowFault } from '../row-fault.ts';
import { truncateRefused } from './change.ts';
import type { Table } from './column.ts';
import type { Attempt, Outcome } from './delivery.ts';
import { postgresFailure } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import type { Segment, Upsert } from './fold.ts';
import { qualified } from './identifier.ts';
import { isOnlyPartition } from './only-partition.ts';
import { orderOf, orderText } from './order.ts';
import { type Counts, emptyTable, rowGroups } from './perform.ts';
import { Repetitions } from './repetitions.ts';
import { formOf, type MappedRow, type RowMapping } from './row.ts';
import { snapshotAgain } from './snapshot-again.ts';
import { claimText } from './statement/offsets.ts';
import { deleteOneSql, updateOneSql } from './statement/one-row.ts';
import { statement } from './statement/parameters.ts';
import { encoded, insertSql } from './statement/upsert.ts';
import { transaction } from './transaction.ts';

export interface KeylessOptions {
  readonly table: Table;
  readonly mapping: RowMapping;
  readonly allowTruncate: boolean;
  readonly place: PostgresPlace;
}

type Step =
  | { readonly kind: 'insert'; readonly row: MappedRow; readonly index: number }
  | { readonly kind: 'update'; readonly before: MappedRow; readonly row: MappedRow; readonly index: number }
  | { readonly kind: 'delete'; readonly before: MappedRow; readonly index: number }
  | { readonly kind: 'truncate'; readonly index: number };

/**
 * A mirror of a table whose rows nothing tells apart: they are found by all of their values, one after another. A row that
 * is written twice is there twice, so that what a connector sends again after its restart is told by its position.
 */
export class KeylessWriter {
  readonly #options: KeylessOptions;

  constructor(options: KeylessOptions) {
    this.#options = options;
  }

  async write(attempt: Attempt, changes: readonly Change[], first: number): Promise<Outcome> {
    const { session, row, from } = attempt;
    const last = orderOf(from.lastOrder);
    const repetitions = new Repetitions(last);
    const again = snapshotAgain(changes, last);
    const indexed = changes.map((change, i) => ({ change, index: first + i }));
    const fresh = indexed.filter(({ change }) => !repetitions.isAgain(change));
    const lastOrder = repetitions.last === undefined ? undefined : orderText(repetitions.last);
    const to = { ...attempt.to, lastOrder };
    const steps = fresh.map(({ change, index }) => this.#stepOf(change, index));
    const counts: Counts = { written: 0, deleted: 0 };
    return transaction(session, claimText(row, from, to), async () => {
      let inserts: (Step & { kind: 'insert' })[] = [];
      const flush = async (): Promise<void> => {
        if (inserts.length > 0) await this.#insert(attempt, inserts, counts);
        inserts = [];
      };
      for (const step of steps) {
        if (step.index - first === again?.index) {
          await flush();
          await this.#beginAgain(attempt, step.index);
        }
        if (step.kind === 'insert') {
          inserts.push(step);
          continue;
        }
        await flush();
        await this.#change(attempt, step, counts);
      }
      await flush();
      return { ...counts, repeated: changes.length - fresh.length, to };
    });
  }

  plan(changes: readonly Change[]): readonly Segment[] {
    return changes.map((change, index): Segment => {
      const step = this.#stepOf(change, index);
      const none = { moves: [], removals: [], patches: [], upserts: [] };
      if (step.kind === 'truncate') return { ...none, truncate: { kind: 'truncate', index } };
      const before =
        step.kind === 'insert' ? undefined : { key: { cells: step.before.cells, id: '' }, order: undefined, index };
      const upserts: Upsert[] = step.kind === 'delete' ? [] : [upsertOf(step.row, index)];
      return { ...none, removals: before === undefined ? [] : [before], upserts };
    });
  }

  /** Nothing tells the rows of a snapshot from those that are there. */
  async #beginAgain({ session, row }: Attempt, index: number): Promise<void> {
    const name = qualified(this.#options.table);
    const { rows } = await session.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (rows.length === 0 || !(await isOnlyPartition(session, row))) return;
    throw new RowFault(
      'SnapshotAgain',
      'the connector took a snapshot of the table again, and without a key nothing tells its rows from those that are here',
      { row: index, fix: `Empty the table, then resume: TRUNCATE ${name}; the snapshot brings every row.` },
    );
  }

  async #insert({ session }: Attempt, steps: readonly (Step & { kind: 'insert' })[], counts: Counts): Promise<void> {
    for (const group of rowGroups(steps.map(({ row, index }) => upsertOf(row, index)))) {
      const target = { table: this.#options.table, key: [] };
      const inserted = await session.query(statement((parameters) => insertSql(target, encoded(group), parameters)));
      counts.written += inserted.rowCount ?? 0;
    }
  }

  async #change({ session }: Attempt, step: Exclude<Step, { kind: 'insert' }>, counts: Counts): Promise<void> {
    const { table, place } = this.#options;
    const target = { table, key: [] };
    if (step.kind === 'truncate') {
      counts.deleted += await emptyTable(session, target, null);
      return;
    }
    const sql = statement((parameters) =>
      step.kind === 'delete'
        ? deleteOneSql(target, step.before, parameters)
        : updateOneSql(target, step.before, step.row, parameters),
    );
    let found = 0;
    try {
      found = (await session.query(sql)).rowCount ?? 0;
    } catch (error) {
      const failure = postgresFailure(error, place);
      if (!(failure instanceof RowFault)) throw error;
      const { code, message, fix, sqlState } = failure;
      throw new RowFault(code, message, {
        row: step.index,
        ...(fix !== undefined && { fix }),
        ...(sqlState !== undefined && { sqlState }),
      });
    }
    if (found === 0) throw rowNotFound(step.index);
    if (step.kind === 'delete') counts.deleted += found;
    else counts.written += found;
  }

  #stepOf(change: Change, index: number): Step {
    const { mapping, allowTruncate } = this.#options;
    const form = formOf(change);
    if (change.kind === 'truncate') {
      if (allowTruncate) return { kind: 'truncate', index };
      throw truncateRefused(index);
    }
    if (change.kind === 'remove') return { kind: 'delete', before: this.#find(change, index), index };
    const row = mapping.map(change.row, index, form);
    if (change.before !== undefined)
      return { kind: 'update', before: mapping.map(change.before, index, form), row, index };
    if (change.unchanged.length > 0) throw withoutBefore(index);
    return { kind: 'insert', row, index };
  }

  #find(change: Remove & Change, index: number): MappedRow {
    if (change.key.names.length === 0) throw withoutBefore(index);
    return this.#options.mapping.map(change.key, index, formOf(change));
  }
}

const upsertOf = (row: MappedRow, index: number): Upsert => ({
  key: { cells: [], id: '' },
  row,
  uncertain: [],
  order: undefined,
  index,
});

function rowNotFound(index: number): RowFault {
  return new RowFault('RowNotFound', 'the table has no row that holds what the change says was there', {
    row: index,
    fix: 'Rows without a key are found by all of their values: give the table a primary key, and the topic one partition.',
  });
}

function withoutBefore(index: number): RowFault {
  return new RowFault('NoKey', 'the change does not tell which row it is about: its table has no primary key', {
    row: index,
    fix: 'Give the source table a primary key, or ALTER TABLE … REPLICA IDENTITY FULL; a flattened event never tells.',
  });
}
