import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, IHeaders } from 'kafkajs';
import { type OffsetRange, openAdmin } from './admin.ts';
import { registerCodecs } from './compression.ts';
import { type ConnectionOptions, createClient } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { kafkaFailure } from './failure.ts';

export interface KafkaMessage {
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

export interface ReadOptions extends ConnectionOptions {
  /** Whether the reader has what it waits for, given how many messages it has seen. Default: what is committed at the call is enough. */
  readonly enough?: (messages: number) => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Hands every committed message of a topic to `each`, partition by partition in order, up to the end of what is
 * committed at the call, and beyond it until `enough`. Returns how many there were. It reads in a group of its own,
 * `sluice.read.…`, that commits nothing and leaves nothing behind.
 */
export async function consumeAll(
  endpoint: KafkaEndpoint,
  topic: string,
  each: (message: KafkaMessage) => void,
  options: ReadOptions = {},
): Promise<number> {
  return read(endpoint, topic, each, options, ({ low }) => low);
}

/** The last messages of a topic, at most `count`, by time; for a look at what flows. */
export async function tail(
  endpoint: KafkaEndpoint,
  topic: string,
  count: number,
  options: ReadOptions = {},
): Promise<KafkaMessage[]> {
  const messages: KafkaMessage[] = [];
  const from = ({ low, high }: OffsetRange) => {
    const wanted = high - BigInt(count);
    return wanted > low ? wanted : low;
  };
  await read(endpoint, topic, (message) => messages.push(message), options, from);
  return messages.sort((a, b) => a.timestamp - b.timestamp).slice(-count);
}

async function read(
  endpoint: KafkaEndpoint,
  topic: string,
  each: (message: KafkaMessage) => void,
  options: ReadOptions,
  from: (range: OffsetRange) => bigint,
): Promise<number> {
  const ranges = await rangesOf(endpoint, topic, options);
  const filled = ranges.filter(({ low, high }) => high > low);
  if (filled.length === 0 && (options.enough?.(0) ?? true)) return 0;
  registerCodecs();
  const groupId = `sluice.read.${randomUUID()}`;
  const consumer = createClient(endpoint, options).consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    // Where reading from the beginning is not what is wanted.
    const starts = ranges
      .map((range) => ({ partition: range.partition, offset: from(range), low: range.low }))
      .filter(({ offset, low }) => offset > low);
    return await readUntil(
      consumer,
      topic,
      starts,
      new Map(filled.map(({ partition, high }) => [partition, high])),
      each,
      options,
    );
  } catch (error) {
    options.signal?.throwIfAborted();
    throw kafkaFailure(error, { endpoint, topic, group: groupId });
  } finally {
    await consumer.disconnect();
  }
}

async function rangesOf(endpoint: KafkaEndpoint, topic: string, options: ReadOptions): Promise<readonly OffsetRange[]> {
  const admin = await openAdmin(endpoint, options);
  try {
    return await admin.offsets(topic);
  } finally {
    await admin.close();
  }
}

/** `ends`: what is still to be reached, by partition. */
async function readUntil(
  consumer: Consumer,
  topic: string,
  starts: readonly { readonly partition: number; readonly offset: bigint }[],
  ends: Map<number, bigint>,
  each: (message: KafkaMessage) => void,
  { enough, signal }: ReadOptions,
): Promise<number> {
  let seen = 0;
  // One that was given up while it connected would never hear of it.
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const settle = () => {
      if (ends.size === 0 && (enough?.(seen) ?? true)) resolve(seen);
    };
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    // Batches of nothing but aborted messages and markers never come to eachBatch, but move the reader on.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      const end = ends.get(partition);
      if (end !== undefined && BigInt(lastOffset) + 1n >= end) ends.delete(partition);
      settle();
    });
    const eachBatch = async ({ batch }: EachBatchPayload) => {
      for (const { offset, timestamp, key, value, headers } of batch.messages) {
        seen++;
        each({
          partition: batch.partition,
          offset: BigInt(offset),
          timestamp: Number(timestamp),
          key,
          value,
          headers: headers ?? {},
        });
      }
    };
    consumer
      .run({ autoCommit: false, eachBatch })
      .then(() => {
        for (const { partition, offset } of starts) consumer.seek({ topic, partition, offset: String(offset) });
      })
      .catch(reject);
  });
}
