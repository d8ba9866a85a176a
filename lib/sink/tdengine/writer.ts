import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import type { Applied, Slice } from '../contract.ts';
import type { TableCatalog } from './catalog.ts';
import { groupsOf, InsertWriter, LONGEST_STATEMENT } from './insert.ts';
import type { Layout } from './layout.ts';
import { locate } from './locate.ts';
import { quoteText } from './names.ts';
import type { RestClient } from './rest.ts';
import { collect, Refused, type RowSet, rowFault, type SubTableRows } from './rows.ts';
import { rememberTimestamps } from './seen-timestamps.ts';
import { CODE, ServerError, ServerRowFault } from './server-failure.ts';
import { StatementBuffer } from './statement-buffer.ts';
import { TagLedger } from './tag-ledger.ts';

/** One row may pass the limit before it is taken back: room for the longest text, escaped. */
const BUFFER_SIZE = LONGEST_STATEMENT + 256 * 1024;
/** Fewer rows than these are not worth another statement beside the first. */
const ROWS_A_LANE = 4_000;
/** What the server says of a table that changed meanwhile: worth a look at it, and another attempt. */
const STALE = new Set<number>([
  CODE.tableMissing,
  CODE.superTableGone,
  CODE.subTableGone,
  CODE.columnMissing,
  CODE.databaseMissing,
]);

export interface WriterOptions {
  readonly rule: TdengineSinkRule;
  readonly parallel: number;
}

/** Writes slices: rows are collected, parted by sub-table, and sent in statements side by side. */
export class RowWriter {
  readonly #client: RestClient;
  readonly #catalog: TableCatalog;
  readonly #rule: TdengineSinkRule;
  readonly #parallel: number;
  readonly #tags: TagLedger;
  readonly #seen: ReturnType<typeof rememberTimestamps> | undefined;
  /** Names that tables of other super tables have. */
  readonly #foreign = new Set<string>();
  readonly #buffers: StatementBuffer[] = [];

  constructor(client: RestClient, catalog: TableCatalog, { rule, parallel }: WriterOptions) {
    this.#client = client;
    this.#catalog = catalog;
    this.#rule = rule;
    this.#parallel = parallel;
    this.#tags = new TagLedger(client, rule.target.database, rule.allow.setTag);
    this.#seen = rule.sameTimestamp === 'fail' ? rememberTimestamps() : undefined;
  }

  async apply(slice: Slice): Promise<Applied> {
    if (slice.changes.length === 0) return { written: 0, deleted: 0, repeated: 0 };
    for (let looked = false; ; ) {
      try {
        return await this.#write(slice, await this.#catalog.layout());
      } catch (error) {
        if (error instanceof Refused) {
          const { row, problem } = error;
          if (problem.needed !== undefined && (await this.#catalog.widen(problem.about, problem.needed))) continue;
          throw rowFault(row, problem);
        }
        const stale = error instanceof ServerError && STALE.has(error.serverCode);
        if (!looked && (stale || error instanceof ServerRowFault)) {
          looked = true;
          await this.#look(error, slice);
          continue;
        }
        const left = error instanceof ServerRowFault ? this.#leftOut(error, slice) : undefined;
        if (left !== undefined) return left;
        throw error;
      }
    }
  }

  /** Learns what the server knows better: the table as it is now, and whose the sub-tables are. */
  async #look(error: ServerError | ServerRowFault, slice: Slice): Promise<void> {
    this.#catalog.forget();
    this.#tags.forget();
    if (error.serverCode !== CODE.foreignTable) return;
    const { database, superTable } = this.#rule.target;
    const { tables } = collect(slice.changes, await this.#catalog.layout(), { foreign: this.#foreign });
    const names = tables.map(({ name }) => quoteText(name)).join(',');
    const found = await this.#client.query(
      `SELECT \`table_name\`,\`stable_name\` FROM information_schema.ins_tables WHERE \`db_name\`=${quoteText(database)} AND \`table_name\` IN (${names})`,
    );
    for (const [name, parent] of found) if (parent !== superTable) this.#foreign.add(String(name));
  }

  /** A row that only the server knows to be bad stands alone in the end: then what the rule says of its kind holds. */
  #leftOut({ kind }: ServerRowFault, { changes }: Slice): Applied | undefined {
    if (changes.length > 1 || kind === 'sameTimestamp' || kind === 'subTable') return undefined;
    if (this.#rule.faults[kind] !== 'discard') return undefined;
    return { written: 0, deleted: 0, repeated: 0, discarded: 1 };
  }

  async #write(slice: Slice, layout: Layout): Promise<Applied> {
    const rows = collect(slice.changes, layout, {
      foreign: this.#foreign,
      ...(this.#seen === undefined ? {} : { seen: this.#seen }),
    });
    const remarks = await this.#tags.settle(rows.tables, layout);
    const lanes = this.#lanesOf(rows, slice);
    let written = 0;
    let failed: { readonly error: unknown } | undefined;
    const work = async () => {
      const out = this.#buffers.pop() ?? new StatementBuffer(BUFFER_SIZE);
      try {
        for (let lane = lanes.pop(); lane !== undefined; lane = lanes.pop()) {
          while (failed === undefined && lane.write(out)) written += await this.#send(out, lane, rows);
        }
      } catch (error) {
        failed ??= { error };
      }
      this.#buffers.push(out);
    };
    // All are waited for: nothing may be on its way to the server when the slice is given back.
    await Promise.all(Array.from({ length: Math.min(this.#parallel, lanes.length) }, work));
    if (failed !== undefined) throw failed.error;
    const { discarded } = rows;
    return {
      written,
      deleted: 0,
      repeated: 0,
      ...(discarded > 0 ? { discarded } : {}),
      ...(remarks.length > 0 ? { remarks } : {}),
    };
  }

  /** Sub-tables that are written side by side; the rows of each stay in one lane, so that their order is kept. */
  #lanesOf(rows: RowSet, slice: Slice): InsertWriter[] {
    const count = Math.max(1, Math.min(this.#parallel, Math.ceil(rows.length / ROWS_A_LANE)));
    return groupsOf(rows).flatMap((group) => {
      const lanes = Array.from({ length: Math.min(count, group.tables.length) }, (): SubTableRows[] => []);
      for (const [i, table] of group.tables.entries()) lanes[i % lanes.length]!.push(table);
      return lanes.map((tables) => new InsertWriter(rows, group, tables, slice));
    });
  }

  async #send(out: StatementBuffer, lane: InsertWriter, rows: RowSet): Promise<number> {
    try {
      const answer = await this.#client.query(out.bytes.subarray(0, out.length), this.#rule.target.database);
      return Number(answer[0]?.[0] ?? 0);
    } catch (error) {
      if (!(error instanceof ServerRowFault)) throw error;
      const at = locate(error.near, out, lane.ends.subarray(0, lane.count));
      const source = at === undefined ? undefined : rows.sources[lane.rows[at]!];
      throw source === undefined ? error : error.in(source);
    }
  }
}
