import type { Change, Put } from '../../message/contract.ts';
import { RowFault } from '../row-fault.ts';
import type { Table } from './column.ts';
import type { Attempt, Outcome } from './delivery.ts';
import { postgresFailure } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import type { TableName } from './identifier.ts';
import { hasProvenance, withoutRepeated } from './provenance.ts';
import { formOf, type Layout, type MappedRow, type RowMapping } from './row.ts';
import { copySql, copyText } from './statement/copy-text.ts';
import { claimText } from './statement/offsets.ts';
import type { RowGroup } from './statement/upsert.ts';
import { transaction } from './transaction.ts';

export interface InsertOptions {
  readonly table: Table;
  readonly mapping: RowMapping;
  readonly provenanceTable: TableName;
  readonly place: PostgresPlace;
}

interface CopyGroup {
  readonly layout: Layout;
  readonly rows: MappedRow[];
  /** Of each row, the place of its change in the slice. */
  readonly indexes: number[];
}

/** Every row is a new one: COPY, in a transaction with the claim. */
export class InsertWriter {
  readonly #options: InsertOptions;

  constructor(options: InsertOptions) {
    this.#options = options;
  }

  async write(attempt: Attempt, changes: readonly Change[], first: number): Promise<Outcome> {
    const { session, row, from, to } = attempt;
    const { provenanceTable } = this.#options;
    const marked = changes.some(({ message }) => hasProvenance(message));
    const indexes = new Map(changes.map((change, i) => [change, first + i]));
    // What cannot be written at all is told before anything is sent.
    const groups = marked ? undefined : this.#groups(changes, indexes);
    return transaction(session, claimText(row, from, to), async () => {
      const fresh = marked ? await withoutRepeated(session, provenanceTable, row, changes) : changes;
      let written = 0;
      for (const group of groups ?? this.#groups(fresh, indexes)) written += await this.#copy(attempt, group);
      return { written, deleted: 0, repeated: changes.length - fresh.length, to };
    });
  }

  /** What would be sent. */
  plan(changes: readonly Change[]): readonly RowGroup[] {
    const groups = this.#groups(changes, new Map(changes.map((change, i) => [change, i])));
    return groups.map(({ layout, rows }) => ({ layout, rows, uncertain: [] }));
  }

  async #copy({ session }: Attempt, group: CopyGroup): Promise<number> {
    const { table, place } = this.#options;
    try {
      return await session.copy(copySql(table, group.layout), copyText(group.rows));
    } catch (error) {
      const failure = postgresFailure(error, place);
      if (!(failure instanceof RowFault) || failure.row === undefined) throw error;
      const { code, message, fix, sqlState } = failure;
      const row = group.indexes[failure.row];
      throw new RowFault(code, message, {
        ...(row !== undefined && { row }),
        ...(fix !== undefined && { fix }),
        ...(sqlState !== undefined && { sqlState }),
      });
    }
  }

  #groups(changes: readonly Change[], indexes: ReadonlyMap<Change, number>): readonly CopyGroup[] {
    const { mapping } = this.#options;
    const groups = new Map<Layout, CopyGroup>();
    for (const change of changes) {
      const index = indexes.get(change)!;
      const row = mapping.map(putOf(change, index).row, index, formOf(change));
      let group = groups.get(row.layout);
      if (group === undefined) {
        group = { layout: row.layout, rows: [], indexes: [] };
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
