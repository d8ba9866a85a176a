import type { Change, Message, Notice } from './contract.ts';

/** What a message is before the steps. */
export interface Parsed {
  /** Counted as they stand in the message. */
  readonly drafts: readonly Change[];
  /** The message says nothing of a row. */
  readonly ignored?: boolean;
  readonly notices?: readonly Omit<Notice, 'message'>[];
}

/** Reads one message. Throws RecordError for one that gives nothing usable. */
export type ParseMessage = (message: Message) => Parsed;

export const IGNORED: Parsed = { drafts: [], ignored: true };
