import type { Change, Row, Wire } from '../../message/contract.ts';
import { columnDecoder } from '../../message/debezium/decode.ts';
import { MISSING } from '../../select/values/missing.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { RowFault } from '../row-fault.ts';
import { type Cast, castTo } from './cast/cast.ts';
import { Uncastable } from './cast/uncastable.ts';
import type { Column, Table } from './column.ts';

/** Text in PostgreSQL's input form. */
export type Cell = string | null;

/** The columns that rows of one shape fill, in the order of their cells. The same object for the same columns. */
export interface Layout {
  readonly columns: readonly Column[];
  readonly names: readonly string[];
}

export interface MappedRow {
  readonly layout: Layout;
  readonly cells: readonly Cell[];
}

/** A field that the table has no column for. */
export class UnknownFields extends Error {
  override readonly name = 'UnknownFields';
  readonly fields: readonly string[];

  constructor(fields: readonly string[]) {
    super(`no column for ${fields.join(', ')}`);
    this.fields = fields;
  }
}

interface Shape {
  readonly layout: Layout;
  /** Of each cell, the place of its value in the row. */
  readonly from: readonly number[];
  readonly casts: readonly Cast[];
  /** Places of values that have no column. They must be null. */
  readonly without: readonly number[];
}

/** How far the values of a change are from what columns take: as a connector wrote them, or decoded by its schema. */
export type Form = 'plain' | 'decoded' | Wire;

export function formOf(change: Change): Form {
  if (change.kind === 'truncate') return 'plain';
  if (change.wire !== undefined) return change.wire;
  return change.kind === 'remove' || change.schema !== undefined ? 'decoded' : 'plain';
}

export interface RowMapping {
  /** Throws RowFault (`CannotCast`, `EmptyRow`) with `index`, and UnknownFields. */
  map(row: Row, index: number, form?: Form): MappedRow;
  /** The cells of the key's columns, in the key's order. Throws RowFault (`CannotCast`, `MissingKey`). */
  key(row: Row, index: number, form?: Form): readonly Cell[];
  layout(columns: readonly Column[]): Layout;
}

export interface MappingOptions {
  /** Whether columns are added for fields that have none: then a null, which tells no type, can wait for one. */
  readonly addsColumns?: boolean;
}

/**
 * Rows as cells of the table's columns. Computed columns are left out, and identity columns that the server insists on
 * filling itself, unless they tell rows apart.
 */
export function mapRows(
  table: Table,
  key: readonly string[],
  { addsColumns = false }: MappingOptions = {},
): RowMapping {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const layouts = new Map<string, Layout>();
  const shapes = new Map<string, Shape>();
  const casts = new Map<string, ReadonlyMap<string, Cast>>();
  let last: { readonly names: readonly string[]; readonly form: Form; readonly shape: Shape } | undefined;

  const isWritten = (column: Column): boolean =>
    !column.generated && (column.identity !== 'always' || key.includes(column.name));

  const layoutOf = (columns: readonly Column[]): Layout => {
    const id = JSON.stringify(columns.map(({ name }) => name));
    let layout = layouts.get(id);
    if (layout === undefined) {
      layout = { columns, names: columns.map(({ name }) => name) };
      layouts.set(id, layout);
    }
    return layout;
  };

  const castsOf = (form: Form): ReadonlyMap<string, Cast> => {
    const id = JSON.stringify(form);
    let known = casts.get(id);
    if (known === undefined) {
      known = new Map(table.columns.map((column) => [column.name, columnCast(column, form)]));
      casts.set(id, known);
    }
    return known;
  };

  const shapeOf = (names: readonly string[], form: Form, index: number): Shape => {
    if (last !== undefined && last.names === names && last.form === form) return last.shape;
    const id = JSON.stringify([form, names]);
    let shape = shapes.get(id);
    if (shape === undefined) {
      const without = names.flatMap((name, at) => (byName.has(name) ? [] : [at]));
      // A schema tells the type of a null too.
      if (without.length > 0 && (!addsColumns || form === 'decoded')) throw unknownFields(names, without);
      const from = names.flatMap((name, at) => (without.includes(at) || !isWritten(byName.get(name)!) ? [] : [at]));
      const columns = from.map((at) => byName.get(names[at]!)!);
      if (columns.length === 0) throw emptyRow(index);
      const known = castsOf(form);
      shape = { layout: layoutOf(columns), from, casts: columns.map(({ name }) => known.get(name)!), without };
      shapes.set(id, shape);
    }
    last = { names, form, shape };
    return shape;
  };

  return {
    layout: layoutOf,

    map({ names, values }, index, form = 'plain') {
      const { layout, from, casts, without } = shapeOf(names, form, index);
      if (without.length > 0) {
        const lost = without.filter((at) => values[at] !== null && values[at] !== MISSING);
        if (lost.length > 0) throw unknownFields(names, lost);
      }
      const cells: Cell[] = new Array(from.length);
      let missing = false;
      for (let i = 0; i < from.length; i++) {
        const value = values[from[i]!]!;
        if (value === null) cells[i] = null;
        else if (value === MISSING) missing = true;
        else {
          try {
            cells[i] = casts[i]!(value);
          } catch (error) {
            throw refused(error, layout.columns[i]!, index);
          }
        }
      }
      if (!missing) return { layout, cells };
      const kept = layout.columns.flatMap((_, i) => (values[from[i]!] === MISSING ? [] : [i]));
      if (kept.length === 0) throw emptyRow(index);
      return { layout: layoutOf(kept.map((i) => layout.columns[i]!)), cells: kept.map((i) => cells[i]!) };
    },

    key({ names, values }, index, form = 'plain') {
      const casts = castsOf(form);
      return key.map((name) => {
        const at = names.indexOf(name);
        const value = at < 0 ? MISSING : values[at]!;
        const cast = casts.get(name);
        if (value === MISSING || value === null || cast === undefined) throw missingKey(name, index);
        try {
          return cast(value);
        } catch (error) {
          throw refused(error, byName.get(name)!, index);
        }
      });
    },
  };
}

function unknownFields(names: readonly string[], at: readonly number[]): UnknownFields {
  return new UnknownFields(at.map((i) => names[i]!));
}

function emptyRow(index: number): RowFault {
  return new RowFault('EmptyRow', 'the message fills no column of the table', {
    row: index,
    fix: 'Map its fields in `columns`, or leave such messages out by a `filter` step.',
  });
}

export function missingKey(name: string, index: number): RowFault {
  return new RowFault('MissingKey', `the key column "${name}" has no value`, {
    row: index,
    fix: 'Map a field that every message has to it, or leave such messages out by a `filter` step.',
  });
}

function columnCast({ type }: Column, form: Form): Cast {
  const cast = castTo(type);
  if (form === 'plain') return cast;
  const decode = columnDecoder(type, form === 'decoded' ? undefined : form);
  return decode === undefined ? cast : (value) => cast(decode(value));
}

function refused(error: unknown, { name, type }: Column, index: number): unknown {
  if (error instanceof RecordError) {
    return new RowFault(error.code, `the column "${name}" of type ${type.name}: ${error.reason}`, { row: index });
  }
  if (!(error instanceof Uncastable)) return error;
  return new RowFault('CannotCast', `the column "${name}" of type ${type.name} cannot take ${error.message}`, {
    row: index,
    fix: error.fix ?? `Change the mapping of "${name}", or add a \`convert\` step before it.`,
  });
}
