import type { Change, Put } from '../../message/contract.ts';
import { RowFault } from '../row-fault.ts';
import type { Table } from './column.ts';
import type { Session } from './connection.ts';
import { type Copy, CopyRefused, type CopyStatements } from './copy-query.ts';
import type { Attempt, Outcome } from './delivery.ts';
import { postgresFailure, sqlStateOf } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import type { TableName } from './identifier.ts';
import { hasProvenance, withoutRepeated } from './provenance.ts';
import { formOf, type Layout, type MappedRow, type RowMapping } from './row.ts';
import { copyMessages, copySql } from './statement/copy-text.ts';
import { claimOrFailText, claimText, NOT_CLAIMED } from './statement/offsets.ts';
import type { RowGroup } from './statement/upsert.ts';
import { transaction } from './transaction.ts';

export interface InsertOptions {
  readonly table: Table;
  readonly mapping: RowMapping;
  readonly provenanceTable: TableName;
  /** Whether the server knows how to claim and to look at what it claimed in one statement. */
  readonly atOnce: boolean;
  readonly place: PostgresPlace;
}

/** Rows that fill the same columns. */
interface Group {
  readonly layout: Layout;
  readonly rows: MappedRow[];
  /** Of each row, the place of its change in the slice. */
  readonly indexes: number[];
}

/** A group, ready to be sent. */
interface Batch extends Copy {
  readonly indexes: readonly number[];
}

/** Every row is a new one: COPY, in a transaction with the claim. */
export class InsertWriter {
  readonly #options: InsertOptions;
  readonly #prepared = new WeakMap<readonly Change[], readonly Batch[]>();

  constructor(options: InsertOptions) {
    this.#options = options;
  }

  /** Does what needs no server, ahead of `write`. Throws as it does. */
  prepare(changes: readonly Change[]): void {
    this.#prepared.set(
      changes,
      this.#batches(changes, (place) => place),
    );
  }

  async write(attempt: Attempt, changes: readonly Change[], first: number): Promise<Outcome> {
    if (changes.some(({ message }) => hasProvenance(message))) return this.#writeFresh(attempt, changes, first);
    const { session, row, from, to } = attempt;
    // What cannot be written at all is told before anything is sent.
    const batches = this.#prepared.get(changes) ?? this.#batches(changes, (place) => first + place);
    if (!this.#options.atOnce) {
      return transaction(session, claimText(row, from, to), async () => ({
        written: batches.length === 0 ? 0 : await this.#copy(session, batches),
        deleted: 0,
        to,
      }));
    }
    const statements = { before: ['BEGIN', claimOrFailText(row, from, to)], behind: ['COMMIT'] };
    try {
      return { written: await this.#copy(session, batches, statements), deleted: 0, to };
    } catch (error) {
      const isRefused = error instanceof CopyRefused;
      if (isRefused || error instanceof RowFault || sqlStateOf(error) !== undefined) await session.query('ROLLBACK');
      if (isRefused && sqlStateOf(error.cause) === NOT_CLAIMED) return undefined;
      throw isRefused ? error.cause : error;
    }
  }

  /** What would be sent. */
  plan(changes: readonly Change[]): readonly RowGroup[] {
    const groups = this.#groups(changes, (place) => place);
    return groups.map(({ layout, rows }) => ({ layout, rows, uncertain: [] }));
  }

  /** The sink may have been given some of these before, at other offsets. */
  #writeFresh({ session, row, from, to }: Attempt, changes: readonly Change[], first: number): Promise<Outcome> {
    const indexes = new Map(changes.map((change, i) => [change, first + i]));
    return transaction(session, claimText(row, from, to), async () => {
      const fresh = await withoutRepeated(session, this.#options.provenanceTable, row, changes);
      const batches = this.#batches(fresh, (place) => indexes.get(fresh[place]!)!);
      const written = batches.length === 0 ? 0 : await this.#copy(session, batches);
      return { written, deleted: 0, repeated: changes.length - fresh.length, to };
    });
  }

  /** Throws RowFault with the row, where a COPY failed; CopyRefused, where what stands before them did. */
  async #copy(
    session: Session,
    batches: readonly Batch[],
    { before = [], behind = [] }: Omit<CopyStatements, 'copies'> = {},
  ): Promise<number> {
    try {
      return await session.copy({ before, copies: batches, behind });
    } catch (error) {
      if (!(error instanceof CopyRefused) || error.done < before.length) throw error;
      const batch = batches[error.done - before.length];
      const failure = postgresFailure(error.cause, this.#options.place);
      // A deferred constraint is looked at by COMMIT.
      if (!(failure instanceof RowFault) || failure.row === undefined || batch === undefined) throw error.cause;
      const { code, message, fix, sqlState } = failure;
      const row = batch.indexes[failure.row];
      throw new RowFault(code, message, {
        ...(row !== undefined && { row }),
        ...(fix !== undefined && { fix }),
        ...(sqlState !== undefined && { sqlState }),
      });
    }
  }

  #batches(changes: readonly Change[], indexOf: (place: number) => number): readonly Batch[] {
    return this.#groups(changes, indexOf).map(({ layout, rows, indexes }) => ({
      sql: copySql(this.#options.table, layout),
      messages: copyMessages(rows),
      indexes,
    }));
  }

  /** @param indexOf of a change's place, the place in its slice */
  #groups(changes: readonly Change[], indexOf: (place: number) => number): readonly Group[] {
    const { mapping } = this.#options;
    const groups = new Map<Layout, Group>();
    let group: Group | undefined;
    for (let place = 0; place < changes.length; place++) {
      const change = changes[place]!;
      const index = indexOf(place);
      const row = mapping.map(putOf(change, index).row, index, formOf(change));
      if (group?.layout !== row.layout) {
        group = groups.get(row.layout) ?? { layout: row.layout, rows: [], indexes: [] };
        groups.set(row.layout, group);
      }
      group.rows.push(row);
      group.indexes.push(index);
    }
    return [...groups.values()];
  }
}

function putOf(change: Change, index: number): Put {
  if (change.kind === 'put' && change.unchanged.length === 0) return change;
  const what = change.kind === 'put' ? 'an update without its large values' : `a ${change.kind}`;
  throw new RowFault('NotInsertable', `${what} of a source table came into a rule that only inserts`, {
    row: index,
    fix: 'Set `mode: mirror`, or leave such messages out by a `filter` step.',
  });
}
