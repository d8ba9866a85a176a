import type { Incident, RunError } from './run-record.ts';

/**
 * How a delivery ended:
 * - `done`: every message is in the target, or went where `onError` sends it.
 * - `stopped`: a partition stands at a bad message (`onError: retain`) until somebody resumes it.
 * - `failed`: something outside the messages failed (the database, Kafka, a secret); the messages come again.
 */
export type SinkResult = 'done' | 'stopped' | 'failed';

/** Which messages of a partition a run was given: the offsets of the first and the last one. */
export interface PartitionSpan {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** One delivery of messages to a sink: an invocation of its function, or one batch of `sluice run`. Times are milliseconds. */
export interface SinkRunRecord {
  readonly kind: 'sink';
  readonly run: string;
  readonly rule: string;
  readonly stage: string;
  /** What brought the messages: an event source mapping, or `sluice run`. */
  readonly trigger: 'kafka' | 'run';
  readonly partitions: readonly PartitionSpan[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly result: SinkResult;
  /** Messages. */
  readonly read: number;
  /** Messages that say nothing of a row: tombstones behind a delete, DDL. */
  readonly ignored: number;
  /** Rows that a filter left out, that were written, and that were deleted. */
  readonly filtered: number;
  readonly written: number;
  readonly deleted: number;
  /** Rows that an earlier delivery had written already. */
  readonly repeated: number;
  /** Messages that could not be parsed, mapped or written … */
  readonly failed: number;
  /** … of which so many were counted and dropped, or went to the dead letters. */
  readonly discarded: number;
  readonly deadLettered: number;
  /** How many messages were still to come when this was read; absent where nobody said. */
  readonly lag?: number;
  /** What went wrong and was overcome, or what an operator should hear of. */
  readonly incidents: readonly Incident[];
  readonly error?: RunError;
}
