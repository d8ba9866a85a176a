import type { Probe } from '../export/check/probe.ts';
import type { Change, Message, TopicPartition } from '../message/contract.ts';
import type { SecretStore } from '../secret/index.ts';

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
  /**
   * The next batch begins at the message that the partition stood at, or behind it where it is to be skipped. Resolves to
   * what it stood at.
   */
  resume(partition: TopicPartition, skip?: boolean): Promise<Stop | undefined>;
  /** Whether a bad message is one that was skipped. Left out: skipped messages count as settled, and do not come again. */
  skipped?(partition: TopicPartition, offset: number): Promise<boolean>;
  list(): Promise<readonly Stop[]>;
}

/** A part of a batch of one partition, in order. */
export interface Slice extends TopicPartition {
  /** The offset of the first message that the slice settles, and the one behind the last; between them there may be messages that gave no change. */
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Change[];
  /**
   * No message that the slice settles is later, in milliseconds since 1970; a bound of the batch will do. By it a target
   * that keeps offsets notices a topic that was made anew and has already grown past them.
   */
  readonly latest?: number;
}

/** Something that an operator should hear of and that stops nothing. Never a payload. */
export interface Remark {
  readonly code: string;
  readonly reason: string;
}

export interface Applied {
  /** Rows written and deleted, as the server counts them. */
  readonly written: number;
  readonly deleted: number;
  /** Changes left out since an earlier delivery had applied them. */
  readonly repeated: number;
  /** Changes that the target left out because the rule says so of their kind of fault, whatever its `onError` is. */
  readonly discarded?: number;
  /** What somebody should know of it: a column that was dropped upstream, a tag that drifted. Into the run record. */
  readonly remarks?: readonly Remark[];
}

/**
 * A database that changes are applied to. Failures are SluiceErrors of stage `sink` in three kinds: `retryable` ones are
 * tried again in the time left; `RowFault`s (row-fault.ts) lie in the rows, so that the sink halves the slice until they stand alone;
 * all others end the batch, and say what to do.
 *
 * Calls for one partition follow each other; those for different partitions may overlap.
 */
export interface Target {
  /**
   * Does what needs no server, ahead of an `apply` of the same array of changes: while another part is written. Never
   * throws, and nothing depends on it.
   */
  prepare?(changes: readonly Change[]): void;
  /**
   * Applies the changes and settles everything before `slice.to`. Applied again, in part or whole, by anybody, it changes
   * nothing. A PostgreSQL target does it all or not at all, in one transaction with its offsets; another may have written
   * some of the rows when it throws. A slice without changes only settles.
   */
  apply(slice: Slice): Promise<Applied>;
  /**
   * Everything before this offset is settled, as the target itself keeps it: whoever polls begins there. Undefined where
   * the target keeps no offsets, or none of this partition yet.
   */
  position(partition: TopicPartition): Promise<number | undefined>;
  /** Forgets the offsets of a topic, since it was deleted and made anew. Resolves to how many partitions were forgotten. */
  forget(topic: string): Promise<number>;
  /** What `apply` would send, as text for a person to read: DDL first, then a statement a line or several. Nothing is written. */
  statements(changes: readonly Change[]): Promise<readonly string[]>;
  /** Whether the server, its rights and the table are as the rule needs them. Never throws, and ends within some seconds. */
  check(): Promise<readonly Probe[]>;
  /** Where a target can keep stops beside its offsets. Left out: the sink keeps them elsewhere. */
  readonly stops?: StopStore;
  close(): Promise<void>;
}

/** What a target is opened with, beside its rule. */
export interface TargetPorts {
  readonly secrets: SecretStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** A message that could not be parsed, mapped or written, on its way to where `onError` sends it. */
export interface FailedMessage {
  readonly message: Message;
  readonly code: string;
  readonly reason: string;
  /** The stage that refused it: `parse`, `steps.2 regex`, `columns.service`, `write`. */
  readonly at: string;
  /** What the database calls it, where it was the database. */
  readonly sqlState?: string;
  readonly fix?: string;
}

/** Where bad messages go: a topic or a log group. At least once, keyed by topic-partition-offset. */
export interface MessageLetters {
  put(failed: readonly FailedMessage[]): Promise<void>;
  close(): Promise<void>;
}
