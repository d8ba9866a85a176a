import type { TopicPartition } from '../../message/contract.ts';
import { MISSING } from '../../select/values/missing.ts';
import type { Layout, Slot } from './layout.ts';
import { quoteColumn, quoteName } from './names.ts';
import { positionPrefix } from './position.ts';
import type { RowSet, SubTableRows } from './rows.ts';
import type { StatementBuffer } from './statement-buffer.ts';
import { POSITION_COLUMN } from './table.ts';

/** The most bytes of a statement. */
export const LONGEST_STATEMENT = 1_048_576;

const NONE = -1;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN = 0x28;
const CLOSE = 0x29;
const QUOTE = 0x27;
const DOT = 0x2e;
const INSERT = Buffer.from('INSERT INTO ');

/** Rows that name the same columns, by sub-table. */
export interface RowGroup {
  /** Indexes in `layout.columns`. */
  readonly columns: readonly number[];
  readonly tables: readonly SubTableRows[];
  /** Chains of this group's own. Undefined: those of the row set. */
  readonly next?: Int32Array;
}

/**
 * Parts rows by the columns that they have: a column that is not named keeps what it had, and a statement names a
 * sub-table once. Rows of different groups have different timestamps, so that their order says nothing.
 */
export function groupsOf({ layout, width, cells, tables, next, gaps, length }: RowSet): readonly RowGroup[] {
  const all = layout.columns.map((_, i) => i);
  if (!gaps) return [{ columns: all, tables }];
  const chains = new Int32Array(length).fill(NONE);
  const groups = new Map<string, { columns: readonly number[]; tables: SubTableRows[]; next: Int32Array }>();
  for (const table of tables) {
    const parts = new Map<string, SubTableRows>();
    for (let at = table.first; at !== NONE; at = next[at]!) {
      const columns = all.filter((i) => cells[at * width + i] !== MISSING);
      const id = columns.join();
      const part = parts.get(id);
      if (part !== undefined) {
        chains[part.last] = at;
        part.last = at;
        continue;
      }
      const begun = { ...table, first: at, last: at };
      parts.set(id, begun);
      const group = groups.get(id);
      if (group === undefined) groups.set(id, { columns, tables: [begun], next: chains });
      else group.tables.push(begun);
    }
  }
  return [...groups.values()];
}

/** Writes the statements of some sub-tables, one after another, each as full as it may be. */
export class InsertWriter {
  /** How many rows the statement written last has. */
  count = 0;
  /** Its rows in their order, and where each ends. */
  readonly rows: Int32Array;
  readonly ends: Int32Array;
  readonly #rowSet: RowSet;
  readonly #tables: readonly SubTableRows[];
  readonly #slots: readonly Slot[];
  readonly #cellIndexes: readonly number[];
  readonly #next: Int32Array;
  readonly #using: Buffer;
  readonly #values: Buffer;
  readonly #position: Buffer | undefined;
  #table = 0;
  #row: number = NONE;

  /** @param tables those of the group that this writer is to write */
  constructor(rowSet: RowSet, group: RowGroup, tables: readonly SubTableRows[], partition: TopicPartition) {
    const { layout } = rowSet;
    this.#rowSet = rowSet;
    this.rows = new Int32Array(rowSet.length);
    this.ends = new Int32Array(rowSet.length);
    this.#tables = tables;
    this.#cellIndexes = group.columns;
    this.#slots = group.columns.map((i) => layout.columns[i]!);
    this.#next = group.next ?? rowSet.next;
    this.#using = Buffer.from(
      ` USING ${layout.superTable} (${layout.tags.map(({ quoted }) => quoted).join(',')}) TAGS (`,
    );
    this.#values = Buffer.from(`) (${namedColumns(layout, this.#slots)}) VALUES`);
    this.#position = layout.positioned ? Buffer.from(positionPrefix(partition)) : undefined;
    this.#row = tables[0]?.first ?? NONE;
  }

  /** Writes the next statement. False: there is none. Throws `Refused` for a row that must not be left out. */
  write(out: StatementBuffer): boolean {
    out.length = 0;
    this.count = 0;
    out.raw(INSERT);
    const start = out.length;
    while (this.#table < this.#tables.length) {
      const table = this.#tables[this.#table]!;
      const before = out.length;
      this.#writeHead(out, table);
      if (!this.#writeRows(out, before)) break;
      this.#table++;
      this.#row = this.#tables[this.#table]?.first ?? NONE;
    }
    return out.length > start;
  }

  #writeHead(out: StatementBuffer, { name, tags }: SubTableRows): void {
    if (out.length > INSERT.length) out.byte(SPACE);
    out.utf8(quoteName(name));
    out.raw(this.#using);
    const slots = this.#rowSet.layout.tags;
    for (let i = 0; i < slots.length; i++) {
      if (i > 0) out.byte(COMMA);
      // What is wrong with a tag was found when the row was collected.
      slots[i]!.write(out, tags[i]!);
    }
    out.raw(this.#values);
  }

  /** False: the statement is full, and goes on with the next one. */
  #writeRows(out: StatementBuffer, before: number): boolean {
    const first = this.count;
    while (this.#row !== NONE) {
      const at = this.#row;
      const from = out.length;
      this.#writeRow(out, at);
      if (out.length > LONGEST_STATEMENT) {
        out.length = this.count === first ? before : from;
        if (this.count > 0) return false;
        this.#rowSet.leaveOut(this.#rowSet.sources[at]!, {
          kind: 'tooLong',
          about: 'the row',
          reason: `makes a statement of more than ${LONGEST_STATEMENT} bytes`,
        });
        this.#row = this.#next[at]!;
        if (this.#row === NONE) return true;
        this.#writeHead(out, this.#tables[this.#table]!);
        continue;
      }
      if (out.length > from) {
        this.rows[this.count] = at;
        this.ends[this.count++] = out.length;
      }
      this.#row = this.#next[at]!;
    }
    if (this.count === first) out.length = before;
    return true;
  }

  #writeRow(out: StatementBuffer, at: number): void {
    const { cells, width, ticks, sources, changes } = this.#rowSet;
    const from = out.length;
    out.byte(SPACE);
    out.byte(OPEN);
    const time = ticks[at]!;
    if (typeof time === 'number') out.integer(time);
    else out.ascii(time.toString());
    if (this.#position !== undefined) {
      const { message, index } = changes[sources[at]!]!;
      out.byte(COMMA);
      out.byte(QUOTE);
      out.raw(this.#position);
      out.integer(message.offset);
      out.byte(DOT);
      out.integer(index);
      out.byte(QUOTE);
    }
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      out.byte(COMMA);
      const problem = slots[i]!.write(out, cells[at * width + this.#cellIndexes[i]!]!);
      if (problem === undefined) continue;
      out.length = from;
      this.#rowSet.leaveOut(sources[at]!, problem);
      return;
    }
    out.byte(CLOSE);
  }
}

function namedColumns({ timeColumn, positioned }: Layout, slots: readonly Slot[]): string {
  const position = positioned ? [quoteColumn(POSITION_COLUMN)] : [];
  return [timeColumn, ...position, ...slots.map(({ quoted }) => quoted)].join(',');
}
