import type { ChangeOrder } from '../../message/contract.ts';
import type { Key, PutStep, RemoveStep, TableStep, TruncateStep } from './change.ts';
import type { Layout, MappedRow } from './row.ts';

/** A row that must be there, under `origin`: columns that keep their value are nowhere else. */
export interface Patch {
  readonly origin: Key;
  readonly key: Key;
  readonly row: MappedRow;
  readonly uncertain: readonly string[];
  readonly order: ChangeOrder | undefined;
  /** Of the last change that is folded into it. */
  readonly index: number;
}

/** A row that is written whether it is there or not. */
export type Upsert = Omit<Patch, 'origin'>;

export interface Removal {
  readonly key: Key;
  readonly order: ChangeOrder | undefined;
  readonly index: number;
}

/** A row that goes on under a key that another batch or partition brings: what it held is kept for that. */
export interface Move extends Removal {
  readonly later: Key;
}

/** What is done one after another: the parts of a segment in the order that they are named here. No key comes twice in it. */
export interface Segment {
  readonly truncate?: TruncateStep;
  readonly moves: readonly Move[];
  readonly removals: readonly Removal[];
  readonly patches: readonly Patch[];
  readonly upserts: readonly Upsert[];
  /** A row with kept values that came under another key, which is not in this batch. Alone in its segment. */
  readonly adoption?: PutStep;
}

export interface FoldOptions {
  readonly layout: (columns: Layout['columns']) => Layout;
  /** Whether the older of two changes of one key is left out, by their order. */
  readonly newestWins: boolean;
  /** Whether no two changes of one key may be folded: only the server can tell which is newer. */
  readonly apart: boolean;
}

type State =
  | { readonly kind: 'gone'; readonly removal: Removal; readonly before: RowState | undefined; readonly later?: Key }
  | RowState;

interface RowState {
  readonly kind: 'row';
  /** Undefined: nothing of the row that is there is needed. */
  readonly origin: Key | undefined;
  readonly put: Upsert;
  readonly kept: readonly string[];
  /** A row of this key that was deleted before: what it held must not shine through. */
  readonly replaces?: Removal;
}

/** Folds changes so that each key is written at most once in a segment, and the table becomes what it would be one by one. */
export function fold(steps: readonly TableStep[], options: FoldOptions): Segment[] {
  const pairs = renames(steps);
  const segments: Segment[] = [];
  let states = new Map<string, State>();
  let truncate: TruncateStep | undefined;

  const cut = (): void => {
    if (states.size > 0 || truncate !== undefined) segments.push(segmentOf(states, truncate));
    states = new Map();
    truncate = undefined;
  };

  for (const step of steps) {
    if (step.kind === 'truncate') {
      cut();
      truncate = step;
      continue;
    }
    let state = states.get(step.key.id);
    if (state !== undefined && options.newestWins && isOlder(step.order, orderOf(state))) continue;
    const moves = step.kind === 'remove' && step.later !== undefined && !pairs.has(step);
    const hasMoved = state?.kind === 'gone' && state.later !== undefined;
    // What is kept for a later key must be in the table before it goes, and be gone before anything else takes its place.
    if (state !== undefined && (options.apart || moves || hasMoved)) {
      cut();
      state = undefined;
    }
    if (step.kind === 'remove') {
      states.set(step.key.id, gone(step, state, moves));
      continue;
    }
    const source = step.kept.length === 0 ? undefined : sourceOf(step, state, states);
    if (source === 'elsewhere') {
      cut();
      segments.push({ moves: [], removals: [], patches: [], upserts: [], adoption: step });
      continue;
    }
    states.set(step.key.id, rowAfter(step, state, source, options.layout));
  }
  cut();
  return segments;
}

/** The deletes of rows that go on under another key in this batch. */
function renames(steps: readonly TableStep[]): ReadonlySet<TableStep> {
  const open = new Map<string, RemoveStep>();
  const pairs = new Set<TableStep>();
  for (const step of steps) {
    if (step.kind === 'truncate') open.clear();
    else if (step.kind === 'remove' && step.later !== undefined) open.set(pairOf(step.key, step.later), step);
    else if (step.kind === 'put' && step.former !== undefined) {
      const pair = pairOf(step.former, step.key);
      const left = open.get(pair);
      if (left !== undefined) pairs.add(left);
      open.delete(pair);
    }
  }
  return pairs;
}

const pairOf = (from: Key, to: Key): string => JSON.stringify([from.id, to.id]);

function gone(step: RemoveStep, state: State | undefined, moves: boolean): State {
  const { key, order, index } = step;
  const removal = { key, order, index };
  const before = state?.kind === 'row' ? state : undefined;
  return { kind: 'gone', removal, before, ...(moves && { later: step.later! }) };
}

/** Where the kept values of a row are: in the batch (a state), in the table under a key, or in neither. */
function sourceOf(
  { key, former }: PutStep,
  state: State | undefined,
  states: ReadonlyMap<string, State>,
): RowState | Key | 'elsewhere' {
  // A row that is there before its key comes from another one: its source sends that again.
  if (former !== undefined && state?.kind !== 'row') {
    const old = states.get(former.id);
    if (old?.kind !== 'gone') return 'elsewhere';
    return old.later === undefined ? (old.before ?? former) : 'elsewhere';
  }
  if (state === undefined) return key;
  return state.kind === 'row' ? state : 'elsewhere';
}

function rowAfter(
  step: PutStep,
  state: State | undefined,
  source: RowState | Key | undefined,
  layout: FoldOptions['layout'],
): RowState {
  const { key, order, index } = step;
  const base =
    source === undefined ? (state?.kind === 'row' ? state : undefined) : 'put' in source ? source : undefined;
  const replaces = state?.kind === 'gone' ? state.removal : state?.replaces;
  const rest = replaces === undefined ? {} : { replaces };
  if (base === undefined) {
    const origin = source === undefined ? undefined : (source as Key);
    const put = { key, row: step.row, uncertain: step.uncertain, order, index };
    return { kind: 'row', origin, put, kept: step.kept, ...rest };
  }
  const { row, uncertain } = merged(base, step, layout);
  const kept = base.kept.filter((name) => !row.layout.names.includes(name));
  // Once every value is known nothing of the old row is needed, unless it has to go from its key.
  const origin = base.origin !== undefined && (kept.length > 0 || base.origin.id !== key.id) ? base.origin : undefined;
  return { kind: 'row', origin, put: { key, row, uncertain, order, index }, kept, ...rest };
}

/** Two changes of one row as one. */
export function overlaid(base: PutStep, step: PutStep, layout: FoldOptions['layout']): PutStep {
  const { key, row, uncertain, order, index, kept, former } = base;
  const state: RowState = { kind: 'row', origin: former ?? key, put: { key, row, uncertain, order, index }, kept };
  const { put } = rowAfter(step, state, step.kept.length === 0 ? undefined : state, layout);
  const rest = kept.filter((name) => !put.row.layout.names.includes(name));
  return { ...step, row: put.row, uncertain: put.uncertain, kept: rest, ...(former !== undefined && { former }) };
}

/** A value of so many digits is stored apart from its row, which is when a connector cannot tell it from null. */
const LARGE = 1000;

function merged(
  base: RowState,
  step: PutStep,
  layout: FoldOptions['layout'],
): { readonly row: MappedRow; readonly uncertain: readonly string[] } {
  const before = base.put.row;
  if (step.uncertain.length === 0 && covers(step.row.layout, before.layout)) return { row: step.row, uncertain: [] };
  const columns = [...before.layout.columns];
  const cells = [...before.cells];
  const uncertain = new Set(base.put.uncertain);
  step.row.layout.columns.forEach((column, i) => {
    const at = before.layout.names.indexOf(column.name);
    const cell = step.row.cells[i]!;
    if (at < 0) {
      columns.push(column);
      cells.push(cell);
      if (step.uncertain.includes(column.name)) uncertain.add(column.name);
      return;
    }
    if (cell === null && step.uncertain.includes(column.name)) {
      if (cells[at] !== null && cells[at]!.length < LARGE) cells[at] = null;
      return;
    }
    cells[at] = cell;
    uncertain.delete(column.name);
  });
  return { row: { layout: layout(columns), cells }, uncertain: [...uncertain] };
}

const covers = (outer: Layout, inner: Layout): boolean =>
  outer === inner || inner.names.every((name) => outer.names.includes(name));

function segmentOf(states: ReadonlyMap<string, State>, truncate: TruncateStep | undefined): Segment {
  const moves: Move[] = [];
  const removals: Removal[] = [];
  const patches: Patch[] = [];
  const upserts: Upsert[] = [];
  for (const state of states.values()) {
    if (state.kind === 'row') {
      if (state.origin === undefined) upserts.push(state.put);
      else patches.push({ ...state.put, origin: state.origin });
      if (state.replaces !== undefined) removals.push(state.replaces);
    } else if (state.later !== undefined) moves.push({ ...state.removal, later: state.later });
    else removals.push(state.removal);
  }
  const taken = new Set(patches.map(({ origin }) => origin.id));
  return {
    ...(truncate !== undefined && { truncate }),
    moves,
    removals: removals.filter(({ key }) => !taken.has(key.id)),
    patches,
    upserts,
  };
}

function orderOf(state: State): ChangeOrder | undefined {
  return state.kind === 'row' ? state.put.order : state.removal.order;
}

/** Whether `a` came before `b`; of what has no order nothing is known. */
export function isOlder(a: ChangeOrder | undefined, b: ChangeOrder | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return a.length < b.length;
}
