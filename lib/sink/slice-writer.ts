import type { Patience } from '../export/patience.ts';
import { SluiceError } from '../failure/index.ts';
import type { Change, MessageBatch, TopicPartition } from '../message/contract.ts';
import type { FailedMessage, Slice, Stop } from './contract.ts';
import type { Delivery } from './deliver.ts';
import { messageOf, messageStarts } from './groups.ts';
import { isolate, type Range } from './isolate.ts';
import type { SinkPorts } from './plan.ts';
import { RowFault } from './row-fault.ts';

/** What becomes of a message that cannot be written. Resolves to the stop, where nothing is to be written behind it. */
export type Refuse = (failed: FailedMessage) => Promise<Stop | undefined>;

/** Writes the changes of one partition in their order, and finds those that cannot be written. */
export class SliceWriter {
  readonly #partition: TopicPartition;
  readonly #ports: SinkPorts;
  readonly #delivery: Delivery;
  readonly #patience: Patience;
  readonly #latest: number;
  /** Everything before it is settled, or was when this delivery began. */
  #settled: number;

  constructor({ topic, partition, messages }: MessageBatch, ports: SinkPorts, delivery: Delivery, patience: Patience) {
    this.#partition = { topic, partition };
    this.#ports = ports;
    this.#delivery = delivery;
    this.#patience = patience;
    this.#settled = messages[0]?.offset ?? 0;
    this.#latest = messages.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
  }

  /** Writes changes and settles everything before the offset `to`, or up to the message that `refuse` stops at. */
  async write(changes: readonly Change[], to: number, refuse: Refuse): Promise<Stop | undefined> {
    const fault = await this.#apply(changes, to);
    if (fault === undefined) return undefined;
    if (changes.length === 0) throw fault;
    const starts = messageStarts(changes);
    const count = starts.length - 1;
    const itemOf = (range: Range, { row }: RowFault): number | undefined =>
      row === undefined ? undefined : messageOf(starts, (starts[range.first] ?? 0) + row);
    const whole = { first: 0, behind: count };
    let stop: Stop | undefined;
    await isolate(
      count,
      { fault, item: itemOf(whole, fault) },
      {
        attempt: async (range) => {
          this.#inTime();
          const next = changes[starts[range.behind] ?? changes.length];
          const met = await this.#apply(
            changes.slice(starts[range.first], starts[range.behind]),
            next === undefined ? to : next.message.offset,
          );
          return met === undefined ? undefined : { fault: met, item: itemOf(range, met) };
        },
        bad: async (item, { fault: met }) => {
          const change = changes[starts[item] ?? 0];
          if (change === undefined) throw met;
          const { code, message: reason, sqlState, fix } = met;
          stop = await refuse({
            message: change.message,
            at: 'write',
            code,
            reason,
            ...(sqlState === undefined ? {} : { sqlState }),
            ...(fix === undefined ? {} : { fix }),
          });
          return stop === undefined;
        },
      },
    );
    if (stop !== undefined) return stop;
    // The last messages may have been bad: nothing has settled them yet.
    if (this.#settled < to) {
      const left = await this.#apply([], to);
      if (left !== undefined) throw left;
    }
    return undefined;
  }

  /** Undefined: written. What lies in the rows is a value; everything else is waited out while there is time, or thrown. */
  async #apply(changes: readonly Change[], to: number): Promise<RowFault | undefined> {
    const { target } = this.#ports;
    const slice: Slice = { ...this.#partition, from: this.#settled, to, changes, latest: this.#latest };
    try {
      this.#delivery.tally.applied(await this.#patience.attempt(() => target.apply(slice)));
      this.#settled = to;
      return undefined;
    } catch (error) {
      if (error instanceof RowFault) return error;
      throw error instanceof SluiceError ? error.at({ ...this.#partition, messageOffset: String(slice.from) }) : error;
    }
  }

  /** A function is ended at its deadline without a word; what is settled until then, the next delivery passes over. */
  #inTime(): void {
    const { giveUpAt } = this.#delivery;
    if (this.#ports.clock() < giveUpAt) return;
    throw new SluiceError('OutOfTime', 'the time was over before every bad message was found', {
      stage: 'sink',
      retryable: true,
      context: { ...this.#partition, messageOffset: String(this.#settled) },
      fix: 'Nothing to do: the next delivery goes on. If it comes again and again, give the rule a smaller batch or more time.',
    });
  }
}
