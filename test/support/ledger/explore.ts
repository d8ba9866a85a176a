/** Visits every state that a model can reach, breadth first, and stops at the first that breaks its promise. */

export interface Model<S> {
  readonly initial: S;
  /** What may happen next: a name for the trace, and the state after it. */
  steps(state: S): Iterable<readonly [string, S]>;
  /** Equal for states that no future can tell apart, and for no others. */
  key(state: S): string;
  /** What is wrong with this state; undefined if nothing is. */
  violation(state: S): string | undefined;
  /** Whether everything that was to be done is done. */
  goal(state: S): boolean;
}

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** States in which everything is done: a model that reaches none proves nothing. */
  readonly goals: number;
  /** What was broken first, and the shortest way there. */
  readonly violation?: { readonly what: string; readonly trace: readonly string[] };
}

/** Throws if there are more than `limit` states: a search that was cut off proves nothing either. */
export function explore<S>(model: Model<S>, limit = 16_000_000): Exploration {
  const seen = new Set([model.key(model.initial)]);
  // The way to each state, as the state before and the number of the step taken there: traces are told by walking it again.
  const parents = [-1];
  const ordinals = [-1];
  // States are let go once they are visited.
  let wave: S[] = [model.initial];
  let id = 0;
  let steps = 0;
  let goals = 0;
  while (wave.length > 0) {
    const next: S[] = [];
    // Most of what it names is gone with the wave before, and each collection of garbage walks through all of it.
    nameOfPart = new WeakMap();
    for (const state of wave) {
      const what = model.violation(state);
      if (what !== undefined) {
        return { states: seen.size, steps, goals, violation: { what, trace: trace(model, parents, ordinals, id) } };
      }
      if (model.goal(state)) goals++;
      let ordinal = 0;
      for (const [, after] of model.steps(state)) {
        steps++;
        const key = model.key(after);
        if (!seen.has(key)) {
          if (seen.size >= limit) throw new RangeError(`more than ${limit} states`);
          seen.add(key);
          parents.push(id);
          ordinals.push(ordinal);
          next.push(after);
        }
        ordinal++;
      }
      id++;
    }
    wave = next;
  }
  return { states: seen.size, steps, goals };
}

function trace<S>(model: Model<S>, parents: readonly number[], ordinals: readonly number[], last: number): string[] {
  const way: number[] = [];
  for (let id = last; id > 0; id = parents[id]!) way.unshift(ordinals[id]!);
  const labels: string[] = [];
  let state = model.initial;
  for (const ordinal of way) {
    const [label, after] = [...model.steps(state)][ordinal]!;
    labels.push(label);
    state = after;
  }
  return labels;
}

/** Parts are immutable and shared between states: each is written out once, and equal ones get one short name. */
let nameOfPart = new WeakMap<object, string>();
const nameOfText = new Map<string, string>();

export function nameOf(part: object | null): string {
  if (part === null) return '-';
  const known = nameOfPart.get(part);
  if (known !== undefined) return known;
  const json = JSON.stringify(part);
  const name = nameOfText.get(json) ?? nameOfText.size.toString(36);
  nameOfText.set(json, name);
  nameOfPart.set(part, name);
  return name;
}

/** The same for a list whose order means nothing. */
export function unordered(parts: readonly (object | null)[]): string {
  return parts.map(nameOf).sort().join();
}
