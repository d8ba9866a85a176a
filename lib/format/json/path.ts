import type { PathStep } from '../reader.ts';
import { MemberName } from './name.ts';
import { findMember, firstElement, nextElement, skipSpace, skipString, skipValue } from './scan.ts';

const NONE = -1;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const QUOTE = 0x22;

/** A path step made ready for bytes. */
export type Step =
  | { readonly kind: 'name'; readonly name: MemberName }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'values' };

/**
 * The steps that lead into a root value. `S3Object` stands for the sequence of an object's root values, so that a
 * leading `[*]` names them all; without it they are meant just the same.
 */
export function stepsOf(path: readonly PathStep[]): readonly Step[] {
  const inner = path[0]?.kind === 'each' ? path.slice(1) : path;
  return inner.map((step) =>
    step.kind === 'name' ? { kind: 'name', name: new MemberName(step.name, step.exact) } : step,
  );
}

/**
 * The rows that a path reaches in a JSON value that is whole in the window and valid. As in S3 Select a path that leads
 * nowhere gives one row that is MISSING, and so does `[*]` on an array without elements or `.*` on an object without members.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-select.html
 */
export class PathRows {
  /** The row's text; `from === to`: MISSING. */
  from = 0;
  to = 0;
  private readonly steps: readonly Step[];
  /** The levels of `[*]` and `.*` that have values to come, innermost last, and where the next value of each stands. */
  private readonly levels: number[] = [];
  private readonly elements: number[] = [];

  constructor(steps: readonly Step[]) {
    this.steps = steps;
  }

  /** Sets the first row of the value at `at`. */
  first(bytes: Uint8Array, at: number, to: number): void {
    this.levels.length = 0;
    this.elements.length = 0;
    this.descend(bytes, at, to, 0);
  }

  /** Whether the value has a row after the current one. */
  get more(): boolean {
    return this.elements.length > 0;
  }

  /** Sets the next row of the same value, when there is `more`. */
  next(bytes: Uint8Array, to: number): void {
    const { levels, elements } = this;
    const level = levels.at(-1)!;
    const at = elements.at(-1)!;
    const following = this.following(bytes, at, to, level);
    if (following === NONE) {
      levels.pop();
      elements.pop();
    } else {
      elements[elements.length - 1] = following;
    }
    this.descend(bytes, at, to, level + 1);
  }

  private descend(bytes: Uint8Array, at: number, to: number, level: number): void {
    let place = at;
    for (let i = level; i < this.steps.length && place !== NONE; i++) {
      const step = this.steps[i]!;
      if (step.kind === 'name') place = memberAt(bytes, place, to, step.name);
      else if (step.kind === 'index') place = elementAt(bytes, place, to, step.index);
      else {
        place = step.kind === 'each' ? elementAt(bytes, place, to, 0) : firstValue(bytes, place, to);
        if (place === NONE) break;
        const next = this.following(bytes, place, to, i);
        if (next !== NONE) {
          this.levels.push(i);
          this.elements.push(next);
        }
      }
    }
    this.from = place === NONE ? to : place;
    this.to = place === NONE ? to : skipValue(bytes, place, to);
  }

  /** Where the value after the one at `at` stands, in what the wildcard of a level goes through. */
  private following(bytes: Uint8Array, at: number, to: number, level: number): number {
    const next = nextElement(bytes, skipValue(bytes, at, to), to);
    return next === NONE || this.steps[level]!.kind === 'each' ? next : valueBehind(bytes, next, to);
  }
}

function firstValue(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] !== OPEN_OBJECT) return NONE;
  const key = skipSpace(bytes, at + 1, to);
  return bytes[key] === QUOTE ? valueBehind(bytes, key, to) : NONE;
}

/** Where the value of the member stands whose key begins at `key`. */
function valueBehind(bytes: Uint8Array, key: number, to: number): number {
  return skipSpace(bytes, skipSpace(bytes, skipString(bytes, key, to), to) + 1, to);
}

function memberAt(bytes: Uint8Array, at: number, to: number, name: MemberName): number {
  if (bytes[at] !== OPEN_OBJECT) return NONE;
  return findMember(bytes, at, to, (from, behind) => name.matches(bytes, from, behind));
}

function elementAt(bytes: Uint8Array, at: number, to: number, index: number): number {
  if (bytes[at] !== OPEN_ARRAY) return NONE;
  let place = firstElement(bytes, at, to);
  for (let i = 0; i < index && place !== NONE; i++) place = nextElement(bytes, skipValue(bytes, place, to), to);
  return place;
}
