import type { Admin, Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import { Attendance } from './attendance.ts';
import { registerCodecs } from './compression.ts';
import { type ConnectionOptions, DEFAULT_RETRY } from './connection.ts';
import { type ConsumedBatch, toConsumed } from './consumed.ts';
import type { KafkaEndpoint } from './contract.ts';
import { type CoordinatedClient, createCoordinatedClient } from './coordinator.ts';
import {
  type CommittedOffset,
  committedOffsets,
  partitionFacts,
  type StartingPoint,
  startingOffsets,
} from './offsets.ts';

/** What a partition is when this consumer is given it. */
export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  /** What the group has committed; undefined: nothing yet, or the broker has forgotten it. */
  readonly committed: number | undefined;
  readonly low: number;
  readonly high: number;
}

export interface ConsumerOptions extends ConnectionOptions {
  readonly endpoint: KafkaEndpoint;
  readonly topic: string;
  readonly group: string;
  readonly from: StartingPoint;
  /** How long a fetch waits for messages, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many partitions are handed to `each` at once. */
  readonly concurrency: number;
  /** Hands over messages of open and aborted transactions too. Default: false. */
  readonly readUncommitted?: boolean;
  /** Where to begin, where somebody knows better than the group. Undefined: at what is committed, else at `from`. */
  begin(partition: AssignedPartition): Promise<number | undefined>;
  /** Resolves to whether the messages are settled: then their offsets are committed, else the partition is left as it is. */
  each(batch: ConsumedBatch): Promise<boolean>;
  /** Something that was overcome: a broker that went away, messages that were deleted before they were read. */
  notice(error: SluiceError): void;
}

const HEARTBEAT_MS = 3_000;
const SESSION_MS = 30_000;
const REBALANCE_MS = 60_000;
/**
 * Of one partition in one fetch. Small messages weigh ten times as much once they are objects, and two fetches are held at
 * once: with five times as much, a process of messages of 100 bytes takes 400 MB instead of 220.
 */
const PARTITION_BYTES = 768 * 1024;
const FETCH_BYTES = 2 * PARTITION_BYTES;
/** kafkajs's own words, at the only place where it tells. */
const OUT_OF_RANGE = 'Offset out of range, resetting';

/**
 * One topic in a consumer group of its own: batches in order, committed once they are settled. Every failure is a
 * SluiceError of stage `kafka`, or what `begin` and `each` threw.
 *
 * Where a partition begins is found out before its first fetch: fetching is paused while the group assigns, until `begin`
 * was asked. A start that nothing was committed for is committed at once, so that `latest` means the first start for ever.
 */
export class TopicConsumer {
  readonly #options: ConsumerOptions;
  readonly #cluster: CoordinatedClient;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #attendance = new Attendance();
  /** Where partitions without offsets begin, as of the start of this process. */
  #starts: ReadonlyMap<number, number> = new Map();
  #assignments = 0;
  #isEnding = false;
  #fail: (error: unknown) => void = () => undefined;
  /** Rejects with what ended the consumer; resolves when it was stopped. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor(options: ConsumerOptions) {
    registerCodecs();
    this.#options = options;
    const { log } = options;
    this.#cluster = createCoordinatedClient(options.endpoint, {
      retry: DEFAULT_RETRY,
      ...options,
      log: (entry) => {
        if (entry.message.startsWith(OUT_OF_RANGE)) options.notice(this.#lost());
        log?.(entry);
      },
    });
    this.#admin = this.#cluster.client.admin();
    this.#consumer = this.#cluster.client.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      readUncommitted: options.readUncommitted ?? false,
      maxWaitTimeInMs: options.maxWaitMs,
      maxBytesPerPartition: PARTITION_BYTES,
      maxBytes: FETCH_BYTES,
      heartbeatInterval: HEARTBEAT_MS,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
    });
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = (error) => {
        this.#isEnding = true;
        reject(error);
      };
    });
    // Whoever starts it waits for it later.
    this.ended.catch(() => undefined);
  }

  /** Joins the group. Resolves when messages begin to come; a consumer that could not is stopped. */
  async start(): Promise<void> {
    const { topic, from } = this.#options;
    try {
      await this.#admin.connect();
      this.#starts = await startingOffsets(this.#admin, topic, from, await partitionFacts(this.#admin, topic));
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
      this.#listen();
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.#options.concurrency,
        eachBatch: (payload) => this.#each(payload),
      });
    } catch (error) {
      const failure = this.#translate(error);
      this.#fail(failure);
      await this.stop();
      throw failure;
    }
  }

  /** Since when nothing has come, in milliseconds of `performance.now()`; undefined while something is under way. */
  idleSince(): number | undefined {
    return this.#attendance.idleSince();
  }

  /** Whether everything that the broker has committed of this consumer's partitions was handed over. */
  async isCaughtUp(): Promise<boolean> {
    // An admin client that has left would connect again.
    if (this.#isEnding) return false;
    try {
      return this.#attendance.isCaughtUp(await partitionFacts(this.#admin, this.#options.topic));
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** What the group has committed of the topic, by partition. */
  async committed(): Promise<ReadonlyMap<number, CommittedOffset>> {
    const { topic, group } = this.#options;
    try {
      return await committedOffsets(this.#admin, group, topic);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Commits an offset of a partition that this consumer holds, with what is to be remembered beside it. */
  async commit(partition: number, offset: number, metadata: string): Promise<void> {
    const { topic } = this.#options;
    try {
      await this.#consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Lets batches that are under way come to their end, and leaves the group. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    await Promise.allSettled([this.#consumer.disconnect(), this.#admin.disconnect()]);
    this.#end();
  }

  #listen(): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, (event) => this.#joined(event));
    this.#consumer.on(events.FETCH_START, ({ payload: { nodeId } }) => this.#attendance.asked(Number(nodeId)));
    this.#consumer.on(events.FETCH, ({ payload: { nodeId } }) => this.#attendance.answered(Number(nodeId)));
    // Batches of nothing but aborted messages and markers never come to eachBatch, but move the reader on.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (!this.#isEnding) this.#attendance.reached(partition, Number(lastOffset) + 1);
    });
    this.#consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      const failure = this.#translate(error);
      if (restart) this.#options.notice(failure);
      else this.#fail(failure);
    });
  }

  #joined({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    const { topic } = this.#options;
    // Called before the first fetch of this assignment can begin.
    this.#consumer.pause([{ topic }]);
    this.#attendance.reset();
    const assignment = ++this.#assignments;
    this.#place(memberAssignment[topic] ?? [])
      .then(() => {
        if (assignment === this.#assignments && !this.#isEnding) this.#consumer.resume([{ topic }]);
      })
      .catch((error: unknown) => this.#fail(this.#translate(error)));
  }

  /** Finds out where each partition begins. */
  async #place(partitions: readonly number[]): Promise<void> {
    const { topic, group } = this.#options;
    const facts = await partitionFacts(this.#admin, topic);
    const committed = await committedOffsets(this.#admin, group, topic);
    const leaders = new Set<number>();
    for (const { partition, leader, low, high } of facts.filter((each) => partitions.includes(each.partition))) {
      leaders.add(leader);
      const known = committed.get(partition)?.offset;
      const told = await this.#options.begin({ topic, partition, committed: known, low, high });
      const wanted = told ?? known ?? this.#starts.get(partition) ?? low;
      if (wanted < low) this.#options.notice(expired(topic, partition, wanted, low));
      const offset = Math.max(wanted, low);
      this.#consumer.seek({ topic, partition, offset: String(offset) });
      if (told === undefined && known === undefined) await this.commit(partition, offset, '');
      this.#attendance.begins(partition, offset);
    }
    this.#attendance.ready(leaders);
  }

  async #each({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    if (this.#isEnding || isStale()) return;
    const end = this.#attendance.busy();
    // What the broker answers here, it answers to the next request too: that is where it is dealt with.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const consumed = messages.map((message) => toConsumed(topic, partition, message));
      const isSettled = await this.#options.each({
        topic,
        partition,
        messages: consumed,
        lag: Number(batch.offsetLag()),
      });
      if (!isSettled) return;
    } catch (error) {
      this.#fail(error);
      return;
    } finally {
      clearInterval(beat);
      end();
    }
    resolveOffset(batch.lastOffset());
    const offset = String(BigInt(batch.lastOffset()) + 1n);
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  }

  #translate(error: unknown): SluiceError {
    const { endpoint, topic, group } = this.#options;
    return this.#cluster.failure(error, { endpoint, topic, group });
  }

  #lost(): SluiceError {
    const { topic, group } = this.#options;
    return new SluiceError(
      'MessagesExpired',
      `messages of ${topic} were deleted before ${group} had read them, or the topic was made anew; reading goes on at the oldest that is left`,
      {
        stage: 'kafka',
        context: { topic },
        fix: 'Give the topic a longer retention.ms, and look why the sink fell so far behind.',
      },
    );
  }
}

function expired(topic: string, partition: number, wanted: number, low: number): SluiceError {
  return new SluiceError(
    'MessagesExpired',
    `messages ${wanted} to ${low - 1} of ${topic}, partition ${partition}, were deleted before they were read`,
    {
      stage: 'kafka',
      context: { topic, partition, messageOffset: String(wanted) },
      fix: 'Give the topic a longer retention.ms, and let the sink run more often.',
    },
  );
}
