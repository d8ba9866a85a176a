import { RAW_LIMIT, type RecordFailure } from '../failure/index.ts';
import type { RowBatch } from '../select/batch.ts';
import type { ExportPlan } from './plan.ts';

/** What is to be done with a batch, by the rule's policy. */
export interface Verdict {
  readonly batch: RowBatch;
  /** How many of its rows may be sent: those before the record that the run stands at, if there is one. */
  readonly behind: number;
  /** Rows among them that no broker would take: they are failures of their records. */
  readonly left: ReadonlySet<number>;
  /** In the order of the source, up to the stop and with it. */
  readonly failures: readonly RecordFailure[];
  /** The failure that the run stands at (`onError: retain`, or a record after which nothing can follow). */
  readonly stop?: RecordFailure;
}

/** @param oversized indexes of rows that the topic would refuse for their size alone. */
export function judge(batch: RowBatch, oversized: readonly number[], plan: ExportPlan): Verdict {
  const failures = [...batch.failures, ...oversized.map((row) => tooLarge(batch, row, plan.topic))];
  failures.sort((a, b) => a.offset - b.offset);
  const left = new Set(oversized);
  const stop = failures.find((failure) => plan.onError === 'retain' || failure.fatal === true);
  if (stop === undefined) return { batch, behind: batch.count, left, failures };
  const upToStop = failures.filter((failure) => failure.offset <= stop.offset);
  return { batch, behind: rowsBefore(batch, stop.offset), left, failures: upToStop, stop };
}

function tooLarge(batch: RowBatch, row: number, topic: string): RecordFailure {
  const from = row === 0 ? 0 : (batch.values.ends[row - 1] ?? 0);
  const length = (batch.values.ends[row] ?? from) - from;
  return {
    code: 'RecordTooLarge',
    reason: `the row has ${length} bytes, more than topic ${topic} takes (max.message.bytes)`,
    offset: batch.offsets[row] ?? 0,
    length,
    raw: batch.values.bytes.slice(from, from + Math.min(length, RAW_LIMIT)),
  };
}

/** How many rows stem from records before this byte of the object. */
function rowsBefore(batch: RowBatch, offset: number): number {
  let rows = 0;
  while (rows < batch.count && (batch.offsets[rows] ?? 0) < offset) rows++;
  return rows;
}
