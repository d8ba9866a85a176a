import type { Consumer, EachBatchPayload } from 'kafkajs';
import { registerCodecs } from './compression.ts';
import { type ConnectionOptions, createClient } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { kafkaFailure } from './failure.ts';
import type { KafkaMessage } from './reading.ts';

/** Part of one partition: offsets [from, to), where `to` must not lie behind the end of what is committed. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

export interface PartitionReader {
  /** The group that it reads in: nobody else's. It commits nothing and leaves nothing behind. */
  readonly group: string;
  /** Every other partition of the topic. */
  readonly others: readonly number[];
  /** Committed messages in their order, a few at a time, each once. False: no more are wanted. */
  readonly each: (messages: readonly KafkaMessage[]) => Promise<boolean>;
}

const AT_ONCE = 100;

/** Hands on the messages of a part of a partition, waiting for each few to be dealt with. Throws what `each` throws. */
export async function readPartition(
  endpoint: KafkaEndpoint,
  range: PartitionRange,
  { group, others, each }: PartitionReader,
  options: ConnectionOptions = {},
): Promise<void> {
  if (range.from >= range.to) return;
  registerCodecs();
  const { topic, partition } = range;
  const consumer = createClient(endpoint, options).consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const over = untilOver(consumer, range, each);
    // It is awaited below; until then its rejection must not count as unhandled.
    over.done.catch(() => undefined);
    await consumer.run({ autoCommit: false, eachBatch: over.eachBatch });
    if (others.length > 0) consumer.pause([{ topic, partitions: [...others] }]);
    consumer.seek({ topic, partition, offset: String(range.from) });
    await over.done;
  } catch (error) {
    throw kafkaFailure(error, { endpoint, topic, group });
  } finally {
    await consumer.disconnect();
  }
}

function untilOver(consumer: Consumer, { partition, from, to }: PartitionRange, each: PartitionReader['each']) {
  let next = from;
  let over = false;
  let end: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) fail(payload.error);
  });
  // Batches of nothing but aborted messages and markers never come to eachBatch, but move the reader on.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.partition === partition && BigInt(payload.lastOffset) + 1n >= to) end();
  });
  const eachBatch = async ({ batch, heartbeat }: EachBatchPayload) => {
    if (batch.partition !== partition || over) return;
    // Before the seek has come through, a batch may begin elsewhere.
    const wanted = batch.messages.filter(({ offset }) => BigInt(offset) >= next && BigInt(offset) < to);
    try {
      for (let i = 0; i < wanted.length && !over; i += AT_ONCE) {
        const part = wanted.slice(i, i + AT_ONCE);
        over = !(await each(part.map((message) => messageOf(partition, message))));
        next = BigInt(part.at(-1)!.offset) + 1n;
        await heartbeat();
      }
      if (over) end();
    } catch (error) {
      // Not thrown at the client, which would ask for the batch again.
      over = true;
      fail(error);
    }
  };
  return { done, eachBatch };
}

function messageOf(partition: number, message: EachBatchPayload['batch']['messages'][number]): KafkaMessage {
  const { offset, timestamp, key, value, headers = {} } = message;
  return { partition, offset: BigInt(offset), timestamp: Number(timestamp), key, value, headers };
}
