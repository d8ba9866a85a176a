import type { Message, Notice, Put, Remove, Truncate } from './contract.ts';

/** A change before it is told which message it came in. */
export type Draft = Put | Remove | Truncate;

/** What a message is before the steps. */
export interface Parsed {
  readonly drafts: readonly Draft[];
  /** The message says nothing of a row. */
  readonly ignored?: boolean;
  readonly notices?: readonly Omit<Notice, 'message'>[];
}

/** Reads one message. Throws RecordError for one that gives nothing usable. */
export type ParseMessage = (message: Message) => Parsed;

export const IGNORED: Parsed = { drafts: [], ignored: true };
