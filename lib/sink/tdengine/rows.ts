import type { Change, Value } from '../../message/contract.ts';
import { MISSING } from '../../select/values/missing.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { RowFault } from '../row-fault.ts';
import { type Problem, TOLD } from './fault.ts';
import type { Layout } from './layout.ts';
import { StatementBuffer } from './statement-buffer.ts';
import type { Ticks } from './ticks.ts';

const NONE = -1;

/** The rows of one sub-table, in their order: a chain through `RowSet.next`. */
export interface SubTableRows {
  readonly name: string;
  /** As the latest row has them. */
  readonly tags: Value[];
  first: number;
  last: number;
  /** The latest timestamp so far, and, once one came that is not later, which row has which. */
  latest: Ticks | undefined;
  rowsByTime: Map<Ticks, number> | undefined;
}

/** Which earlier row has a timestamp, of those that an earlier slice held: for `sameTimestamp: fail`. */
export interface SeenTimestamps {
  /** False: another row has it. */
  claim(subTable: string, ticks: Ticks, position: string): boolean;
}

const NO_ROW: Problem = {
  kind: 'typeMismatch',
  about: 'the change',
  reason: 'is a deletion, and a super table keeps what was',
};

/** A bad row, where the rule does not say to leave it out. */
export function rowFault(row: number, { kind, about, reason }: Problem): RowFault {
  return new RowFault(TOLD[kind].code, `${about} ${reason}`, { row, fix: TOLD[kind].fix });
}

function leavesOut(faults: Layout['faults'], kind: Problem['kind']): boolean {
  return kind !== 'sameTimestamp' && kind !== 'subTable' && faults[kind] === 'discard';
}

/** The cells of a slice, and which sub-table each row goes into. */
export class RowSet {
  readonly changes: readonly Change[];
  readonly layout: Layout;
  readonly width: number;
  /** How many rows there are. */
  length = 0;
  /** Row by row, `width` cells each. */
  readonly cells: Value[] = [];
  readonly ticks: Ticks[] = [];
  /** Of each row the index of its change. */
  readonly sources: Int32Array;
  readonly next: Int32Array;
  readonly tables: SubTableRows[] = [];
  /** Whether a row lacks a column, so that it must not be named. */
  gaps = false;
  /** Rows that the rule leaves out. */
  discarded = 0;
  readonly #byName = new Map<string, SubTableRows>();
  readonly #byValue = new Map<Value, SubTableRows>();
  readonly #foreign: ReadonlySet<string>;
  readonly #seen: SeenTimestamps | undefined;
  readonly #scratch = new StatementBuffer(1024);
  readonly #nameValues: Value[] = [];

  constructor(
    changes: readonly Change[],
    layout: Layout,
    known: { readonly foreign: ReadonlySet<string>; readonly seen?: SeenTimestamps },
  ) {
    this.changes = changes;
    this.layout = layout;
    this.width = layout.columns.length;
    this.sources = new Int32Array(changes.length);
    this.next = new Int32Array(changes.length);
    this.#foreign = known.foreign;
    this.#seen = known.seen;
  }

  /** Takes the row of a change in. A problem: it is not taken. */
  add(index: number): Problem | undefined {
    const change = this.changes[index]!;
    if (change.kind !== 'put') return NO_ROW;
    const { layout, width, cells } = this;
    const { row, message } = change;
    const ticks = layout.time(row, message);
    if (typeof ticks === 'object') return ticks;
    const table = this.#tableOf(row);
    if ('kind' in table) return table;
    const bad = this.#takeTags(table, row);
    if (bad !== undefined) return bad;
    const at = this.length;
    const from = at * width;
    let gaps = false;
    for (let i = 0; i < width; i++) {
      const value = layout.columns[i]!.read(row);
      if (value === MISSING) gaps = true;
      cells[from + i] = value;
    }
    if (layout.sameTimestamp !== 'key') {
      const met = this.#meet(table, ticks, index, at);
      if (met === 'folded') return undefined;
      if (met !== undefined) return met;
      if (gaps) this.gaps = true;
    }
    this.length++;
    this.sources[at] = index;
    this.ticks.push(ticks);
    this.next[at] = NONE;
    if (table.first === NONE) table.first = at;
    else this.next[table.last] = at;
    table.last = at;
    return undefined;
  }

  #tableOf(row: Parameters<Layout['time']>[0]): SubTableRows | Problem {
    const { nameFields } = this.layout;
    const values = this.#nameValues;
    for (let i = 0; i < nameFields.length; i++) values[i] = nameFields[i]!(row);
    const only = values[0];
    // Most names come of one field: its value finds the table without the name being made.
    const direct = nameFields.length === 1 && only !== null && typeof only !== 'object';
    const found = direct ? this.#byValue.get(only!) : undefined;
    if (found !== undefined) return found;
    const name = this.layout.name(values);
    if (typeof name !== 'string') return name;
    let table = this.#byName.get(name);
    if (table === undefined) {
      if (this.#foreign.has(name)) {
        return { kind: 'foreignTable', about: `the table ${name}`, reason: 'belongs to another super table' };
      }
      const tags: Value[] = this.layout.tags.map(() => MISSING);
      table = { name, tags, first: NONE, last: NONE, latest: undefined, rowsByTime: undefined };
      this.#byName.set(name, table);
      this.tables.push(table);
    }
    if (direct) this.#byValue.set(only!, table);
    return table;
  }

  /** The latest row's tags count. Those that changed are tried first, so that the problem is this row's. */
  #takeTags(table: SubTableRows, row: Parameters<Layout['time']>[0]): Problem | undefined {
    const { tags } = this.layout;
    for (let i = 0; i < tags.length; i++) {
      const value = tags[i]!.read(row);
      if (value === table.tags[i] || value === MISSING) continue;
      this.#scratch.length = 0;
      const bad = tags[i]!.write(this.#scratch, value);
      if (bad !== undefined) return bad;
      table.tags[i] = value;
    }
    return undefined;
  }

  /** What happens to a row whose timestamp another row of the table may have. */
  #meet(table: SubTableRows, ticks: Ticks, index: number, at: number): Problem | 'folded' | undefined {
    const twice: Problem = {
      kind: 'sameTimestamp',
      about: 'timestamp',
      reason: 'is that of another row of the sub-table',
    };
    if (this.layout.sameTimestamp === 'fail' && this.#seen !== undefined) {
      const { message, index: part } = this.changes[index]!;
      const position = `${message.topic}-${message.partition}-${message.offset}.${part}`;
      return this.#seen.claim(table.name, ticks, position) ? undefined : twice;
    }
    if (table.latest === undefined || ticks > table.latest) {
      table.latest = ticks;
      table.rowsByTime?.set(ticks, at);
      return undefined;
    }
    table.rowsByTime ??= this.#timesOf(table);
    const earlier = table.rowsByTime.get(ticks);
    if (earlier === undefined) {
      table.rowsByTime.set(ticks, at);
      return undefined;
    }
    if (this.layout.sameTimestamp === 'fail') return twice;
    return this.#fold(earlier, at) ?? 'folded';
  }

  #timesOf(table: SubTableRows): Map<Ticks, number> {
    const times = new Map<Ticks, number>();
    for (let at = table.first; at !== NONE; at = this.next[at]!) times.set(this.ticks[at]!, at);
    return times;
  }

  /**
   * The later row's columns into the earlier one, as the server would: it does not say which of two rows of a statement
   * wins. A row that cannot be written must not hide behind another, so both are tried first.
   */
  #fold(earlier: number, at: number): Problem | undefined {
    const { cells, width } = this;
    const later = this.#tried(at);
    if (later !== undefined) return later;
    const bad = this.#tried(earlier);
    if (bad !== undefined) this.leaveOut(this.sources[earlier]!, bad);
    for (let i = 0; i < width; i++) {
      const value = cells[at * width + i]!;
      if (value !== MISSING || bad !== undefined) cells[earlier * width + i] = value;
    }
    return undefined;
  }

  #tried(at: number): Problem | undefined {
    for (let i = 0; i < this.width; i++) {
      this.#scratch.length = 0;
      const bad = this.layout.columns[i]!.write(this.#scratch, this.cells[at * this.width + i]!);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }

  /** Counts a row that is not written. Throws `Refused` unless the rule says to leave its kind out. */
  leaveOut(source: number, problem: Problem): void {
    if (problem.needed !== undefined || !leavesOut(this.layout.faults, problem.kind))
      throw new Refused(source, problem);
    this.discarded++;
  }
}

/** Reads a slice into rows. Throws `Refused` for the first row that TDengine would not take and the rule does not leave out. */
export function collect(
  changes: readonly Change[],
  layout: Layout,
  known: { readonly foreign: ReadonlySet<string>; readonly seen?: SeenTimestamps },
): RowSet {
  const rows = new RowSet(changes, layout, known);
  let row = 0;
  try {
    for (; row < changes.length; row++) {
      const problem = rows.add(row);
      if (problem !== undefined) rows.leaveOut(row, problem);
    }
  } catch (error) {
    if (error instanceof RecordError) throw new RowFault(error.code, error.reason, { row });
    throw error;
  }
  return rows;
}

/** A row that TDengine would not take, before it is known whether its column can be widened. */
export class Refused {
  readonly row: number;
  readonly problem: Problem;
  constructor(row: number, problem: Problem) {
    this.row = row;
    this.problem = problem;
  }
}
