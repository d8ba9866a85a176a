import type { RecordFailure } from '../failure/index.ts';
import type { Provenance } from '../kafka/contract.ts';
import type { End, Hold, Position, StopReason } from '../ledger/contract.ts';
import type { RowBatch } from '../select/batch.ts';
import type { Patience } from './patience.ts';
import type { ExactPorts, ExportPlan } from './plan.ts';
import { type Slice, slices } from './slice.ts';
import type { Tally } from './tally.ts';
import { judge, type Verdict } from './verdict.ts';

/** What a delivery has of its run. */
export interface ExactRun {
  readonly plan: ExportPlan;
  readonly ports: ExactPorts;
  readonly source: Provenance;
  /** Stands where `hold` does, and from then on where the last commit was answered. */
  readonly tally: Tally;
  /** With letters that go outside of Kafka: a hold that failed is not to be tried again. */
  readonly patience: Patience;
  /** Ends waits for the rate; its reason is thrown then. */
  readonly signal: AbortSignal;
  readonly stopped: (failure: RecordFailure) => StopReason;
}

interface Waiting {
  readonly verdict: Verdict;
  readonly parts: readonly Slice[];
}

/** A wait for the rate that is shared with many may outlast the lease. */
const BEAT_MS = 10_000;

/**
 * Takes the batches of one hold to Kafka, each in a transaction of its own together with the mark of how far the object
 * is done. A batch is not cut, since only at its end is it sure that a run can go on there: a select whose batches are
 * within a second of the rate keeps the transactions so.
 *
 * One batch is under way while another is being selected, and one waits between them. A ledger that keeps the end of an
 * object in a transaction is told of it in the last batch's, which is therefore held back until it is known to be that.
 */
export class ExactDelivery {
  /** The failure that the run stands at, once there is one. */
  stoppedAt: RecordFailure | undefined;
  readonly #run: ExactRun;
  readonly #hold: Hold;
  /** Failures of records before this byte were settled by a run before, of which an aggregate sees the records again. */
  readonly #settled: number;
  #waiting: Waiting | undefined;
  /** Settled when the batch that was accepted last is under way, so that no more than one waits for that. */
  #begun: Promise<void> = Promise.resolve();
  #underWay: Promise<void> = Promise.resolve();

  constructor(run: ExactRun, hold: Hold) {
    this.#run = run;
    this.#hold = hold;
    this.#settled = hold.position.byte;
  }

  async accept(batch: RowBatch): Promise<void> {
    const { endsApart } = this.#hold;
    await (endsApart ? this.#begun : this.#underWay);
    const { plan, ports, source } = this.#run;
    const verdict = judge(this.#unsettled(batch), this.#hold.oversized(batch, source), plan);
    this.stoppedAt = verdict.stop;
    const next = { verdict, parts: [...slices(batch, verdict.behind, verdict.left, ports.limiter)] };
    if (endsApart && !batch.last && verdict.stop === undefined) {
      this.#begun = this.#underWay;
      this.#underWay = this.#begun.then(() => this.#deliver(next));
    } else {
      const before = this.#waiting;
      if (!endsApart) this.#underWay = before === undefined ? this.#hold.heartbeat() : this.#deliver(before);
      this.#waiting = next;
    }
    // Awaited by later accepts or by finish; until then a rejection must not count as unhandled.
    this.#underWay.catch(() => undefined);
    for (const part of next.parts) this.#hold.prepare(part.batch, source);
  }

  /**
   * Delivers what was accepted and ends the hold: at the record that the run stands at, else as `end` says.
   * Throws what kept it from being delivered, and leaves the object at the last commit then.
   */
  async finish(end: End): Promise<void> {
    const { stopped, tally } = this.#run;
    const last: End = this.stoppedAt === undefined ? end : { kind: 'stopped', reason: stopped(this.stoppedAt) };
    try {
      await this.#underWay;
      if (this.#waiting === undefined) await this.#hold.end({ byte: tally.position, counts: tally.counts() }, last);
      else await this.#deliver(this.#waiting, last);
    } catch (error) {
      // A hold that is still good (the rate or the log group failed) is given back; another says only what it said.
      await this.#hold.end(this.#hold.position, { kind: 'released' }).catch(() => undefined);
      throw error;
    }
  }

  async #deliver({ verdict, parts }: Waiting, end?: End): Promise<void> {
    const { ports, plan, source, tally, patience, signal } = this.#run;
    for (const { records, bytes } of parts) {
      await this.#hold.heartbeat();
      tally.passed(records, bytes, await this.#beating(() => ports.limiter.take(records, bytes, signal)));
    }
    const letters = plan.onError === 'deadLetter' ? verdict.failures : [];
    const { deadLetters } = ports;
    if (letters.length > 0 && deadLetters !== undefined) {
      await patience.attempt(() => deadLetters.put(letters, source));
    }
    const to = this.#after(verdict, parts);
    if (parts.length > 0 || letters.length > 0) {
      await this.#hold.commit(
        to,
        async (sender) => {
          for (const { batch } of parts) await sender.send(batch, source);
          if (letters.length > 0) await ports.letters?.(sender).put(letters, source);
        },
        end,
      );
    } else if (end === undefined) await this.#hold.heartbeat();
    else await this.#hold.end(to, end);
    tally.goOnFrom(to);
    // Whoever resumes meets the record again, and counts it then.
    if (verdict.stop !== undefined && plan.onError === 'retain') tally.failed++;
  }

  async #beating<T>(work: () => Promise<T>): Promise<T> {
    // What a heartbeat finds is thrown by whatever the hold is asked for next.
    const timer = setInterval(() => void this.#hold.heartbeat().catch(() => undefined), BEAT_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  #after({ batch, behind, failures, stop }: Verdict, parts: readonly Slice[]): Position {
    const { plan, tally } = this.#run;
    const settled = plan.onError === 'retain' ? 0 : failures.length;
    return {
      byte: stop?.offset ?? Math.max(batch.to, this.#lastSettled(failures)),
      counts: tally.counts({
        scanned: batch.scanned,
        matched: behind,
        sent: parts.reduce((sum, { records }) => sum + records, 0),
        bytesOut: parts.reduce((sum, { bytes }) => sum + bytes, 0),
        failed: settled,
        discarded: plan.onError === 'discard' ? settled : 0,
        deadLettered: plan.onError === 'deadLetter' ? settled : 0,
      }),
    };
  }

  /** An aggregate gets nowhere before its row, but its failures are settled on the way. */
  #lastSettled(failures: readonly RecordFailure[]): number {
    if (!this.#run.plan.select.aggregate) return 0;
    const last = failures.at(-1);
    return last === undefined ? this.#run.tally.position : last.offset + 1;
  }

  #unsettled(batch: RowBatch): RowBatch {
    if (!this.#run.plan.select.aggregate) return batch;
    return { ...batch, failures: batch.failures.filter(({ offset }) => offset >= this.#settled) };
  }
}
