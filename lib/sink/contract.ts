import type { SluiceError } from '../failure/index.ts';
import type { Change, Message, TopicPartition } from '../message/contract.ts';

/** Why a partition stands still until somebody resumes it. Coordinates and sentences, never a payload. */
export interface Stop extends TopicPartition {
  /** The message that it stands at. */
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly code: string;
  readonly reason: string;
  readonly fix?: string;
}

/** Where stops are kept: for PostgreSQL in the target's own table of offsets, for TDengine beside it. */
export interface StopStore {
  /** Undefined: the partition goes on. */
  read(partition: TopicPartition): Promise<Stop | undefined>;
  /** Everything before `stop.offset` is written. */
  put(stop: Stop): Promise<void>;
  /** The next batch begins at the message that the partition stood at. Resolves to what it stood at. */
  resume(partition: TopicPartition): Promise<Stop | undefined>;
  list(): Promise<readonly Stop[]>;
}

/** A part of a batch of one partition, in order. */
export interface Slice extends TopicPartition {
  /** The offset of the first message that the slice settles, and the one behind the last; between them there may be messages that gave no change. */
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Change[];
}

export interface Applied {
  /** Rows written and deleted, as the server counts them. */
  readonly written: number;
  readonly deleted: number;
  /** Changes left out since an earlier delivery had applied them. */
  readonly repeated: number;
}

/**
 * A database that changes are applied to. Failures are SluiceErrors of stage `sink` in three kinds: `retryable` ones are
 * tried again in the time left; `RowFault`s lie in the rows, so that the sink halves the slice until they stand alone;
 * all others end the batch, and say what to do.
 */
export interface Target {
  /**
   * Applies the changes and settles everything before `slice.to`. Applied again, in part or whole, by anybody, it changes
   * nothing. A PostgreSQL target does it all or not at all, in one transaction with its offsets; another may have written
   * some of the rows when it throws.
   */
  apply(slice: Slice): Promise<Applied>;
  readonly stops: StopStore;
  close(): Promise<void>;
}

/** A fault that lies in the rows of a slice: sent again it would be met again. */
export interface RowFault extends SluiceError {
  /** The index in `slice.changes` where the server said which row it is; else the slice is halved. */
  readonly row?: number;
}

/** A message that could not be parsed, mapped or written, on its way to where `onError` sends it. */
export interface FailedMessage {
  readonly message: Message;
  readonly code: string;
  readonly reason: string;
  /** What the database calls it, where it was the database. */
  readonly sqlState?: string;
}

/** Where bad messages go: a topic or a log group. At least once, keyed by topic-partition-offset. */
export interface MessageLetters {
  put(failed: readonly FailedMessage[]): Promise<void>;
  close(): Promise<void>;
}
