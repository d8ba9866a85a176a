import { type ColumnType, parseColumnType } from './column-type.ts';
import type { Cell } from './rest.ts';
import type { Precision } from './ticks.ts';

/** The column that keeps rows of one timestamp apart: `topic-partition-offset.index`. */
export const POSITION_COLUMN = 'sluice_pos';
export const POSITION_TYPE: ColumnType = { kind: 'text', name: 'VARCHAR', length: 255 };

export interface Field {
  readonly name: string;
  readonly type: ColumnType;
}

export interface DatabaseFacts {
  readonly precision: Precision;
  /** How long rows stay, in milliseconds; undefined where the server says it in a way that is not known. */
  readonly keepMs?: number;
}

/** A super table as the server describes it. */
export interface SuperTable {
  /** The first column. */
  readonly time: string;
  /** The second column, where it is part of the key. */
  readonly key?: Field;
  /** All columns behind the timestamp, the key's included. */
  readonly columns: readonly Field[];
  readonly tags: readonly Field[];
}

/** The rows of DESCRIBE: field, type, length, note, … Undefined for what is no super table. */
export function readDescription(rows: readonly (readonly Cell[])[]): SuperTable | undefined {
  const fields = rows.map(([name, type, length, note]) => ({
    name: String(name),
    type: parseColumnType(String(type), Number(length)),
    note: String(note ?? ''),
  }));
  const isTag = ({ note }: { note: string }) => note === 'TAG';
  const [time, ...columns] = fields.filter((field) => !isTag(field));
  const tags = fields.filter(isTag);
  if (time === undefined || tags.length === 0) return undefined;
  const key = columns.find(({ note }) => note.includes('COMPOSITE KEY'));
  return { time: time.name, columns, tags, ...(key === undefined ? {} : { key }) };
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, '': 86_400_000 };

/** A row of `name, precision, keep`; KEEP is `3650d,3650d,3650d`, of which the last is how long rows stay at all. */
export function readDatabase([, precision, keep]: readonly Cell[]): DatabaseFacts {
  const [, count, unit] = /(\d+)([dhm]?)$/.exec(String(keep)) ?? [];
  const known = precision === 'us' || precision === 'ns' ? precision : 'ms';
  return { precision: known, ...(count === undefined ? {} : { keepMs: Number(count) * UNITS[unit ?? '']! }) };
}
