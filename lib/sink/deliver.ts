import { Patience } from '../export/patience.ts';
import type { Changes, Message, MessageBatch, MessageFailure } from '../message/contract.ts';
import type { FailedMessage, Stop } from './contract.ts';
import type { SinkPlan, SinkPorts } from './plan.ts';
import { notRecreated } from './recreated.ts';
import { SliceWriter } from './slice-writer.ts';
import type { SinkTally } from './tally.ts';

/** One delivery: what it counts into, and when it gives up on what is away. */
export interface Delivery {
  readonly tally: SinkTally;
  /** Clock time after which nothing more is attempted. */
  readonly giveUpAt: number;
}

/**
 * Takes a batch of one partition through the pipeline into the target, in parts of `plan.batchMessages`, and what is bad
 * where the plan says. Delivered again, in part or whole, it changes nothing.
 *
 * @returns the stop at which the partition stands, before this batch or since: then nothing from there on was written,
 * and the offsets must not be committed. Undefined: everything is settled.
 * @throws SluiceError for what lies outside the messages; what was written until then stays.
 */
export async function deliver(
  batch: MessageBatch,
  plan: SinkPlan,
  ports: SinkPorts,
  delivery: Delivery,
): Promise<Stop | undefined> {
  const { tally, giveUpAt } = delivery;
  const patience = new Patience(ports, tally, giveUpAt);
  tally.begin(batch);
  const reading = patience.attempt(() => ports.stops.read(batch));
  // Told below; the first part is parsed while the answer is on its way.
  reading.catch(() => undefined);
  const parts = partsOf(batch.messages, plan.batchMessages);
  let next = prepare(parts[0], ports);
  const standing = await reading;
  if (standing !== undefined) return standing;
  const before = { repeated: tally.repeated, written: tally.written + tally.deleted };
  const writer = new SliceWriter(batch, ports, delivery, patience);
  for (let i = 0; next !== undefined; i++) {
    const writing = settle(next, plan, ports, writer, patience, tally);
    // Told below; the next part is parsed while the database works on this one.
    writing.catch(() => undefined);
    next = prepare(parts[i + 1], ports);
    const stop = await writing;
    if (stop !== undefined) return stop;
  }
  if (tally.repeated > before.repeated && tally.written + tally.deleted === before.written) {
    await notRecreated(batch, ports, patience);
  }
  return undefined;
}

/** Messages, and what they came to. */
interface Prepared extends Changes {
  readonly messages: readonly Message[];
}

function prepare(messages: readonly Message[] | undefined, { pipeline, target }: SinkPorts): Prepared | undefined {
  if (messages === undefined) return undefined;
  const changes = pipeline.run(messages);
  target.prepare?.(changes.changes);
  return { messages, ...changes };
}

function partsOf(messages: readonly Message[], size: number): readonly (readonly Message[])[] {
  if (messages.length <= size) return messages.length === 0 ? [] : [messages];
  const parts: (readonly Message[])[] = [];
  for (let from = 0; from < messages.length; from += size) parts.push(messages.slice(from, from + size));
  return parts;
}

async function settle(
  { messages, changes, failures, filtered, ignored = 0, notices = [] }: Prepared,
  { onError }: SinkPlan,
  ports: SinkPorts,
  writer: SliceWriter,
  patience: Patience,
  tally: SinkTally,
): Promise<Stop | undefined> {
  const behind = (messages.at(-1)?.offset ?? 0) + 1;
  tally.read += messages.length;
  tally.filtered += filtered;
  tally.ignored += ignored;
  for (const { code, text } of notices) tally.remark({ code, reason: text });
  const policy = new Policy(onError, ports, patience, tally);
  const write = (part: typeof changes, to: number) => writer.write(part, to, (failed) => policy.refuse([failed]));
  const bad = failures.length === 0 ? failures : await notSettled(failures, ports, patience);
  if (onError !== 'retain') {
    await policy.refuse(bad.map(toFailed));
    return write(changes, behind);
  }
  let left = changes;
  for (const failure of bad) {
    const { offset } = failure.message;
    const good = left.filter(({ message }) => message.offset < offset);
    left = left.slice(good.length);
    const stop = (await write(good, offset)) ?? (await policy.refuse([toFailed(failure)]));
    if (stop !== undefined) return stop;
  }
  return write(left, behind);
}

/** A failure that an earlier delivery has settled is not told again, nor does anything stop at it. */
async function notSettled(
  failures: readonly MessageFailure[],
  { target }: SinkPorts,
  patience: Patience,
): Promise<readonly MessageFailure[]> {
  const { topic, partition } = failures[0]?.message ?? { topic: '', partition: 0 };
  const position = await patience.attempt(() => target.position({ topic, partition }));
  return position === undefined ? failures : failures.filter(({ message }) => message.offset >= position);
}

function toFailed({ message, code, reason, at, fix }: MessageFailure): FailedMessage {
  return { message, code, reason, at, ...(fix === undefined ? {} : { fix }) };
}

/** What `onError` does with bad messages, before they are settled. */
class Policy {
  readonly #onError: SinkPlan['onError'];
  readonly #ports: SinkPorts;
  readonly #patience: Patience;
  readonly #tally: SinkTally;

  constructor(onError: SinkPlan['onError'], ports: SinkPorts, patience: Patience, tally: SinkTally) {
    this.#onError = onError;
    this.#ports = ports;
    this.#patience = patience;
    this.#tally = tally;
  }

  /** Resolves to the stop, where the partition is to stand at the first of them. */
  async refuse(failed: readonly FailedMessage[]): Promise<Stop | undefined> {
    const { stops, letters, clock } = this.#ports;
    const [first] = failed;
    if (first === undefined) return undefined;
    if (this.#onError === 'retain' && !(await this.#isSkipped(first))) {
      const { topic, partition, offset } = first.message;
      const { code, at, fix } = first;
      const reason = at === 'write' ? first.reason : `${at}: ${first.reason}`;
      const stop = { topic, partition, offset, since: clock(), code, reason, ...(fix === undefined ? {} : { fix }) };
      await this.#patience.attempt(() => stops.put(stop));
      this.#tally.failed++;
      return stop;
    }
    if (this.#onError === 'deadLetter') {
      if (letters === undefined) throw new TypeError('the plan asks for dead letters and there are none');
      await this.#patience.attempt(() => letters.put(failed));
      this.#tally.deadLettered += failed.length;
    } else this.#tally.discarded += failed.length;
    this.#tally.failed += failed.length;
    return undefined;
  }

  async #isSkipped({ message }: FailedMessage): Promise<boolean> {
    const { stops } = this.#ports;
    return (await this.#patience.attempt(async () => stops.skipped?.(message, message.offset))) ?? false;
  }
}
