import type { Change, ChangeOrder, Row } from '../../message/contract.ts';
import { RowFault } from '../row-fault.ts';
import { type Cell, type Form, formOf, type MappedRow, missingKey, type RowMapping } from './row.ts';

/** What tells a row apart, and its text: two keys are the same where their texts are. */
export interface Key {
  readonly cells: readonly Cell[];
  readonly id: string;
}

interface Step {
  /** The place of the change in its slice. */
  readonly index: number;
  readonly order?: ChangeOrder | undefined;
}

/** A row as it is now. */
export interface PutStep extends Step {
  readonly kind: 'put';
  readonly key: Key;
  readonly row: MappedRow;
  /** Columns that keep the value they have. */
  readonly kept: readonly string[];
  /** Columns that are null here and keep the value they have where that is a large one. */
  readonly uncertain: readonly string[];
  /** The key that the row had. */
  readonly former?: Key;
}

export interface RemoveStep extends Step {
  readonly kind: 'remove';
  readonly key: Key;
  /** The key under which the row goes on. */
  readonly later?: Key;
}

export interface TruncateStep extends Step {
  readonly kind: 'truncate';
}

/** A change as cells of the table's columns. */
export type TableStep = PutStep | RemoveStep | TruncateStep;

export interface StepOptions {
  readonly mapping: RowMapping;
  /** The columns that tell rows apart. */
  readonly key: readonly string[];
  readonly mode: 'upsert' | 'mirror';
  readonly allowTruncate: boolean;
  /** Where the position in the source is kept, as a column and how it is written. */
  readonly stamp?: (row: MappedRow, order: ChangeOrder | undefined) => MappedRow;
}

/** Throws RowFault: `CannotCast`, `MissingKey`, `NotMirrored`, `TruncateRefused`. */
export function stepOf(change: Change, index: number, options: StepOptions): TableStep {
  const { mapping, mode } = options;
  const { order } = change;
  if (mode === 'upsert' && change.kind !== 'put') throw notMirrored(change.kind, index);
  if (change.kind === 'truncate') {
    if (!options.allowTruncate) throw truncateRefused(index);
    return { kind: 'truncate', index, order };
  }
  if (change.kind === 'remove') {
    const { laterKey } = change;
    const form = formOf(change);
    return {
      kind: 'remove',
      index,
      order,
      key: keyOf(change.key, index, mapping, form),
      ...(laterKey !== undefined && { later: keyOf(laterKey, index, mapping, form) }),
    };
  }
  const form = formOf(change);
  const row = mapping.map(change.row, index, form);
  const key = rowKey(row, options.key, index);
  const former = change.formerKey === undefined ? undefined : keyOf(change.formerKey, index, mapping, form);
  return {
    kind: 'put',
    index,
    order,
    key,
    row: options.stamp === undefined ? row : options.stamp(row, order),
    kept: change.unchanged,
    uncertain: change.uncertain ?? [],
    ...(former !== undefined && former.id !== key.id && { former }),
  };
}

function keyOf(row: Row, index: number, mapping: RowMapping, form: Form): Key {
  const cells = mapping.key(row, index, form);
  return { cells, id: idOf(cells) };
}

function rowKey({ layout, cells }: MappedRow, names: readonly string[], index: number): Key {
  const key = names.map((name) => {
    const cell = cells[layout.names.indexOf(name)];
    if (cell === undefined || cell === null) throw missingKey(name, index);
    return cell;
  });
  return { cells: key, id: idOf(key) };
}

/** One column, which is the usual case, is its own text. */
export function idOf(cells: readonly Cell[]): string {
  return cells.length === 1 ? cells[0]! : JSON.stringify(cells);
}

function notMirrored(kind: 'remove' | 'truncate', index: number): RowFault {
  const what = kind === 'remove' ? 'a delete' : 'a truncate';
  return new RowFault('NotMirrored', `${what} of a source table came into a rule that only writes rows`, {
    row: index,
    fix: 'Set `mode: mirror`, or leave such messages out by a `filter` step.',
  });
}

export function truncateRefused(index: number): RowFault {
  return new RowFault('TruncateRefused', 'the source table was truncated, and the rule does not allow that here', {
    row: index,
    fix: 'Set `allowTruncate: true` to empty the target too, or `sluice resume` after deciding what is to become of its rows.',
  });
}
