import { RAW_LIMIT, type RecordFailure, SluiceError } from '../failure/index.ts';
import type { Provenance, RecordBatch } from '../kafka/contract.ts';
import type { RowBatch } from '../select/batch.ts';
import { runError } from '../telemetry/run-record.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';
import { slices } from './slice.ts';
import type { Tally } from './tally.ts';

/** The first and the longest pause between attempts to reach a broker that is away, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/**
 * Takes the batches of one run to Kafka, in order, and does with failed records what the rule says. One batch is on its
 * way while the next is being selected; `accept` returns as soon as the batch before is acknowledged.
 */
export class Delivery {
  /** The failure that the run stands at, once there is one (`onError: retain`, or a record after which nothing can follow). */
  stoppedAt: RecordFailure | undefined;
  readonly #plan: ExportPlan;
  readonly #ports: ExportPorts;
  readonly #source: Provenance;
  readonly #tally: Tally;
  /** Clock time after which no further attempt is made. */
  readonly #giveUpAt: number;
  #underWay: Promise<void> = Promise.resolve();

  constructor(plan: ExportPlan, ports: ExportPorts, source: Provenance, tally: Tally, giveUpAt: number) {
    this.#plan = plan;
    this.#ports = ports;
    this.#source = source;
    this.#tally = tally;
    this.#giveUpAt = giveUpAt;
  }

  /** Makes sure of the topic before anything is read: what it takes at most decides which rows are too large. */
  connect(): Promise<void> {
    return this.#patiently(() => this.#ports.producer.connect());
  }

  async accept(batch: RowBatch): Promise<void> {
    await this.#underWay;
    const oversized = this.#ports.producer.oversized(batch, this.#source);
    const failures = [...batch.failures, ...oversized.map((row) => this.#tooLarge(batch, row))];
    failures.sort((a, b) => a.offset - b.offset);
    const stop = failures.find((failure) => this.#plan.onError === 'retain' || failure.fatal === true);
    this.stoppedAt = stop;
    const upToStop = stop === undefined ? failures : failures.filter((failure) => failure.offset <= stop.offset);
    this.#underWay = this.#deliver(batch, upToStop, new Set(oversized));
    // Awaited by the next accept or by settle; until then a rejection must not count as unhandled.
    this.#underWay.catch(() => undefined);
  }

  /** Resolves when everything that was accepted is delivered; throws what kept it from being so. */
  settle(): Promise<void> {
    return this.#underWay;
  }

  async #deliver(batch: RowBatch, failures: readonly RecordFailure[], left: ReadonlySet<number>): Promise<void> {
    const stop = this.stoppedAt;
    const behind = stop === undefined ? batch.count : rowsBefore(batch, stop.offset);
    for (const part of slices(batch, behind, left, this.#ports.limiter)) {
      this.#tally.throttledMs += await this.#ports.limiter.take(part.records, part.bytes);
      await this.#send(part.batch);
    }
    await this.#settleFailures(failures);
    this.#tally.scanned += batch.scanned;
    this.#tally.matched += behind;
    this.#tally.position = stop === undefined ? batch.to : stop.offset;
  }

  async #settleFailures(failures: readonly RecordFailure[]): Promise<void> {
    this.#tally.failed += failures.length;
    if (failures.length === 0 || this.#plan.onError === 'retain') return;
    if (this.#plan.onError === 'discard') {
      this.#tally.discarded += failures.length;
      return;
    }
    const { deadLetters } = this.#ports;
    if (deadLetters === undefined) throw new TypeError('a plan with the policy deadLetter needs deadLetters');
    await this.#patiently(() => deadLetters.put(failures, this.#source));
    this.#tally.deadLettered += failures.length;
  }

  async #send(batch: RecordBatch): Promise<void> {
    const { records, bytes } = await this.#patiently(() => this.#ports.producer.send(batch, this.#source));
    this.#tally.sent += records;
    this.#tally.bytesOut += bytes;
  }

  /** Tries again, with growing pauses, while the broker is away and time is left: each time is an incident of the run. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await attempt();
      } catch (error) {
        const retry = error instanceof SluiceError && error.retryable && this.#ports.clock() + pause < this.#giveUpAt;
        if (!retry) throw error;
        this.#tally.incident(runError(error));
        await this.#ports.pause(pause);
      }
    }
  }

  /** Rows that no broker would take are failures of their records. */
  #tooLarge(batch: RowBatch, row: number): RecordFailure {
    const from = row === 0 ? 0 : (batch.values.ends[row - 1] ?? 0);
    const length = (batch.values.ends[row] ?? from) - from;
    return {
      code: 'RecordTooLarge',
      reason: `the row has ${length} bytes, more than topic ${this.#plan.topic} takes (max.message.bytes)`,
      offset: batch.offsets[row] ?? 0,
      length,
      raw: batch.values.bytes.slice(from, from + Math.min(length, RAW_LIMIT)),
    };
  }
}

/** How many rows stem from records before this byte of the object. */
function rowsBefore(batch: RowBatch, offset: number): number {
  let rows = 0;
  while (rows < batch.count && (batch.offsets[rows] ?? 0) < offset) rows++;
  return rows;
}
