import type { RecordFailure } from '../failure/index.ts';
import type { Provenance, RecordBatch } from '../kafka/contract.ts';
import type { RowBatch } from '../select/batch.ts';
import type { Departure } from './departure.ts';
import { Patience } from './patience.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';
import { slices } from './slice.ts';
import type { Tally } from './tally.ts';
import { judge, type Verdict } from './verdict.ts';

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
  readonly #patience: Patience;
  readonly #signal: AbortSignal;
  #underWay: Promise<void> = Promise.resolve();

  constructor(plan: ExportPlan, ports: ExportPorts, source: Provenance, tally: Tally, departure: Departure) {
    this.#plan = plan;
    this.#ports = ports;
    this.#source = source;
    this.#tally = tally;
    this.#patience = new Patience(ports, tally, departure.at);
    this.#signal = departure.signal;
  }

  /** Makes sure of the topic before anything is read: what it takes at most decides which rows are too large. */
  connect(): Promise<void> {
    return this.#patience.attempt(() => this.#ports.producer.connect());
  }

  async accept(batch: RowBatch): Promise<void> {
    await this.#underWay;
    const verdict = judge(batch, this.#ports.producer.oversized(batch, this.#source), this.#plan);
    this.stoppedAt = verdict.stop;
    this.#underWay = this.#deliver(verdict);
    // Awaited by the next accept or by settle; until then a rejection must not count as unhandled.
    this.#underWay.catch(() => undefined);
  }

  /** Resolves when everything that was accepted is delivered; throws what kept it from being so. */
  settle(): Promise<void> {
    return this.#underWay;
  }

  async #deliver({ batch, behind, left, failures, stop }: Verdict): Promise<void> {
    for (const part of slices(batch, behind, left, this.#ports.limiter)) {
      const { records, bytes } = part;
      this.#tally.passed(records, bytes, await this.#ports.limiter.take(records, bytes, this.#signal));
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
    await this.#patience.attempt(() => deadLetters.put(failures, this.#source));
    this.#tally.deadLettered += failures.length;
  }

  async #send(batch: RecordBatch): Promise<void> {
    const { records, bytes } = await this.#patience.attempt(() => this.#ports.producer.send(batch, this.#source));
    this.#tally.sent += records;
    this.#tally.bytesOut += bytes;
  }
}
