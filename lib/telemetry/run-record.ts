import { type Coordinates, SluiceError, type Stage } from '../failure/index.ts';

/**
 * How a run ended:
 * - `done`: every record that the rule selects is in Kafka, or went where `onError` sends it.
 * - `stopped`: the run stands at a bad record (`onError: retain`) or at an object that cannot be read on; a retry would not help.
 * - `failed`: something outside the object failed (Kafka, the store, a secret); whoever called is told, and tries again.
 * - `continued`: its time was nearly over, or it waited for the rate more than it worked; another run of the same chain
 *   goes on at `position`.
 * - `parked`: what asked for it is kept in the stack's table, and not tried again until `sluice redrive`.
 * - `ignored`: nothing to do: not this rule's object, a test event, or an object that is gone.
 */
export type RunResult = 'done' | 'stopped' | 'failed' | 'continued' | 'parked' | 'ignored';

export interface RunError {
  readonly code: string;
  readonly stage: Stage;
  readonly reason: string;
  readonly fix?: string;
  readonly retryable: boolean;
  readonly context: Coordinates;
}

/** Something that went wrong in a run and was overcome: a broker that went away, a read that broke. */
export interface Incident {
  /** Milliseconds since the run began. */
  readonly afterMs: number;
  readonly code: string;
  readonly reason: string;
}

/** The message of a run's log line: `sluice logs` finds runs by it. */
export const RUN_MESSAGE = 'sluice.run';

/** One run of a rule over one object. Counts are records; sizes are bytes; times are milliseconds. */
export interface RunRecord {
  readonly run: string;
  /** Of an object that took several runs: the first one's name, on each of them … */
  readonly chain?: string;
  /** … and which of them this is: 0, 1, 2, … Counts go on from the run before, save `bytesIn`, `durationMs` and `throttledMs`. */
  readonly part?: number;
  readonly rule: string;
  readonly stage: string;
  readonly trigger: string;
  readonly bucket: string;
  readonly key: string;
  /** Version id, or the ETag where the bucket keeps no versions; absent when the object was never reached. */
  readonly version?: string;
  readonly topic?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of it, time spent waiting for the rate limit. */
  readonly throttledMs: number;
  readonly result: RunResult;
  /** Source records looked at, failed ones included. */
  readonly scanned: number;
  /** Rows that the select gave. */
  readonly matched: number;
  /** Rows that Kafka acknowledged. */
  readonly sent: number;
  /** Records that could not be read, evaluated or sent … */
  readonly failed: number;
  /** … of which so many were counted and dropped, or went to the dead letters. */
  readonly discarded: number;
  readonly deadLettered: number;
  /** Bytes of the stored object, of the decompressed stream that was read, and of keys and values that were sent. */
  readonly bytesStored: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Every byte of the decompressed object before this one is delivered. */
  readonly position: number;
  readonly incidents: readonly Incident[];
  readonly error?: RunError;
}

/** An error as a run record holds it. What is not ours is named `Unexpected`, without its stack: that stands in the log. */
export function runError(error: unknown): RunError {
  if (error instanceof SluiceError) {
    const { code, stage, message: reason, fix, retryable, context } = error;
    return { code, stage, reason, retryable, context, ...(fix === undefined ? {} : { fix }) };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'Unexpected', stage: 'export', reason, retryable: true, context: {} };
}
