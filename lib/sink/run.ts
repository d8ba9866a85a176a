import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Patience } from '../export/patience.ts';
import { SluiceError } from '../failure/index.ts';
import type { ConsumedBatch } from '../kafka/consumed.ts';
import { type AssignedPartition, TopicConsumer } from '../kafka/consumer.ts';
import { consumerGroup } from '../rule/consumer-group.ts';
import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import { type RunError, runError } from '../telemetry/run-record.ts';
import type { SinkResult, SinkRunRecord } from '../telemetry/sink-run-record.ts';
import type { Stop } from './contract.ts';
import { deliver } from './deliver.ts';
import type { SinkInstance } from './instance.ts';
import type { SinkPorts } from './plan.ts';
import { recreated } from './recreated.ts';
import { SinkTally } from './tally.ts';

/** What a process that polls is given beside its rule. */
export interface Polling {
  /** Ends it: batches that are under way come to their end first. */
  readonly signal: AbortSignal;
  /** Told of each batch. */
  readonly batch: (record: SinkRunRecord) => void;
  /** Something that was overcome: a broker that went away, messages that were deleted before they were read. */
  readonly notice: (error: SluiceError) => void;
  /** The consumers, once there are any: stops may be kept in their groups. */
  readonly consumers?: Map<string, TopicConsumer>;
  /** Hands over messages of open and aborted transactions too. Default: false. */
  readonly readUncommitted?: boolean;
  /** How long a transaction may be open, in milliseconds. Default: Kafka's own minute. */
  readonly transactionMs?: number;
}

/** How polling ended. `idle`: nothing came for `timeoutMs`. `stopped`: these partitions stand still. */
export type Polled =
  | { readonly ended: 'idle' | 'interrupted' }
  | { readonly ended: 'stopped'; readonly stops: readonly Stop[] };

/** So long a batch waits for a database or broker that is away, before the process gives up, in milliseconds. */
const PATIENCE_MS = 600_000;
/** The same when it begins: whoever started it by hand with a wrong address is looking at it. In milliseconds. */
const START_PATIENCE_MS = 30_000;
/** Kafka's own time-out of a transaction, and some time to end it, in milliseconds. */
const TRANSACTION_MS = 70_000;
const LOG_LOOK_MS = 500;
/** How often is looked whether nothing comes any more, in milliseconds. */
const LOOK_MS = 25;

/**
 * Polls the rule's topics, each in a consumer group of its own, and delivers what comes. Where the target keeps offsets,
 * a partition begins at them, whatever the group has committed; they are committed all the same, for `list` and for lag.
 *
 * A partition that stands still ends the whole process, once the others have finished the batches they are at: whoever
 * watches it then sees it at once, and nothing is held back that a restart would not go on with.
 *
 * @throws SluiceError for what lies outside the messages.
 */
export async function pollSink(
  { rule, stage }: RuleBundle<SinkRule>,
  { plan, ports, endpoint }: SinkInstance,
  polling: Polling,
): Promise<Polled> {
  const { source } = rule;
  const { consumers = new Map<string, TopicConsumer>(), signal } = polling;
  const stops: Stop[] = [];
  const patient = { ...ports, pause: (ms: number) => sleep(ms, undefined, { signal }) };
  /** A database that is away when the process begins, or when a group assigns anew, must not end it. */
  const patience = (ms: number) =>
    new Patience(patient, { incident: (met) => polling.notice(overcome(met)) }, ports.clock() + ms);
  const names = { rule: rule.name, stage, trigger: 'run' as const };

  async function each(batch: ConsumedBatch): Promise<boolean> {
    if (signal.aborted || stops.length > 0) return false;
    const tally = new SinkTally(ports.clock);
    tally.lag = batch.lag;
    const tell = (result: SinkResult, error?: unknown) =>
      polling.batch(
        tally.record({ ...names, run: randomUUID() }, result, error === undefined ? undefined : runError(error)),
      );
    try {
      const stop = await deliver(batch, plan, patient, { tally, giveUpAt: ports.clock() + PATIENCE_MS });
      if (stop !== undefined) stops.push(stop);
      tell(stop === undefined ? 'done' : 'stopped');
      return stop === undefined;
    } catch (error) {
      // Interrupted while it waited for what is away: the messages come again.
      if (signal.aborted) return false;
      tell('failed', error);
      throw error;
    }
  }

  const begin = (assigned: AssignedPartition): Promise<number | undefined> =>
    patience(PATIENCE_MS).attempt(async () => {
      const { topic, partition, high } = assigned;
      const position = await ports.target.position({ topic, partition });
      if (position !== undefined && position > high) await logReaches(position, assigned, patient, polling);
      return position;
    });

  try {
    const standing = await patience(START_PATIENCE_MS).attempt(() => ports.stops.list());
    stops.push(...standing.filter(({ topic }) => source.topics.includes(topic)));
  } catch (error) {
    if (signal.aborted) return { ended: 'interrupted' };
    throw error;
  }
  if (stops.length > 0) return { ended: 'stopped', stops };

  for (const topic of source.topics) {
    const group = consumerGroup(rule, stage, topic);
    const { from, maxWaitMs, concurrency } = source;
    const { notice, readUncommitted = false } = polling;
    consumers.set(
      topic,
      new TopicConsumer({ endpoint, topic, group, from, maxWaitMs, concurrency, readUncommitted, begin, each, notice }),
    );
  }
  const all = [...consumers.values()];
  try {
    await Promise.all(all.map((consumer) => consumer.start()));
    const failing = Promise.all(all.map((consumer) => consumer.ended));
    // Told where it is waited for.
    failing.catch(() => undefined);
    for (;;) {
      if (signal.aborted) return { ended: 'interrupted' };
      if (stops.length > 0) break;
      if (await isIdle(all, source.timeoutMs)) return { ended: 'idle' };
      await Promise.race([failing, sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)]);
    }
  } catch (error) {
    // Whatever was waited for when it came.
    if (signal.aborted) return { ended: 'interrupted' };
    throw error;
  } finally {
    await Promise.all(all.map((consumer) => consumer.stop()));
  }
  return { ended: 'stopped', stops };
}

function overcome({ code, reason }: Pick<RunError, 'code' | 'reason'>): SluiceError {
  return new SluiceError(code, reason, { stage: 'sink', retryable: true });
}

/**
 * What is read of a log ends before the first open transaction, and whoever delivered before may have read beyond it: a
 * log that ends before what is settled is waited for, as long as a transaction may be open, before it counts as another.
 */
async function logReaches(
  position: number,
  place: AssignedPartition,
  { logEnd, clock, pause }: SinkPorts,
  { transactionMs = TRANSACTION_MS }: Polling,
): Promise<void> {
  for (const until = clock() + transactionMs; ; await pause(LOG_LOOK_MS)) {
    const end = (await logEnd(place)) ?? 0;
    if (end >= position) return;
    if (clock() >= until) throw recreated(place, position, end);
  }
}

/** Whether nothing came for so long, and the broker has nothing that could. */
async function isIdle(consumers: readonly TopicConsumer[], timeoutMs: number | 'never'): Promise<boolean> {
  if (timeoutMs === 'never') return false;
  const since = consumers.map((consumer) => consumer.idleSince());
  if (since.some((each) => each === undefined || performance.now() - each < timeoutMs)) return false;
  const caughtUp = await Promise.all(consumers.map((consumer) => consumer.isCaughtUp()));
  return caughtUp.every(Boolean);
}
