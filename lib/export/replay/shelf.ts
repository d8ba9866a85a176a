import type { Letter } from './letter.ts';

/** A letter, if it is one of the rule's, in its place. */
export interface Shelved {
  readonly letter: Letter | undefined;
  /** The place behind it: whoever has dealt with everything before may begin there. */
  readonly next: number;
}

/** Letters in an order that stays: a partition of a topic, or a log. Places are numbers that grow. */
export interface Shelf {
  /** Among the shelves of all rules. */
  readonly name: string;
  /** Where the first letter that is still there is, and behind the last. */
  readonly first: number;
  readonly behind: number;
  /** Whether there is a letter that is older than so many milliseconds. */
  olderThan(ms: number): Promise<boolean>;
  /** From a place on, a few at a time; until there are no more, or `each` says false. Throws what `each` throws. */
  read(from: number, each: (shelved: readonly Shelved[]) => Promise<boolean>): Promise<void>;
}
