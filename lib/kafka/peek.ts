import { randomUUID } from 'node:crypto';
import type { Admin, Consumer } from 'kafkajs';
import { registerCodecs } from './compression.ts';
import type { ConnectionOptions } from './connection.ts';
import { type ConsumedMessage, toConsumed } from './consumed.ts';
import type { KafkaEndpoint } from './contract.ts';
import { createCoordinatedClient } from './coordinator.ts';
import { type PartitionFacts, partitionFacts, type StartingPoint, startingOffsets } from './offsets.ts';

export interface PeekOptions extends ConnectionOptions {
  /** `latest`: the last ones that there are. */
  readonly from: StartingPoint;
  readonly count: number;
}

/** A partition that is looked at: from here on, up to where it ends now. */
interface Look {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The first committed messages of a topic from there on, at most `count`, by time; fewer where there are no more as of
 * now. It reads in a group of its own, `sluice.read.…`, that commits nothing and leaves nothing behind. Every failure is
 * a SluiceError of stage `kafka`.
 */
export async function peek(
  endpoint: KafkaEndpoint,
  topic: string,
  { from, count, ...options }: PeekOptions,
): Promise<readonly ConsumedMessage[]> {
  registerCodecs();
  const group = `sluice.read.${randomUUID()}`;
  const { client, failure } = createCoordinatedClient(endpoint, options);
  const admin = client.admin();
  const consumer = client.consumer({ groupId: group, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
  try {
    await admin.connect();
    const looks = await looksOf(admin, topic, from, count);
    if (looks.length === 0) return [];
    const found = await collect(consumer, topic, looks, count);
    const byTime = [...found].sort(
      (a, b) => a.timestamp - b.timestamp || a.partition - b.partition || a.offset - b.offset,
    );
    return from === 'latest' ? byTime.slice(-count) : byTime.slice(0, count);
  } catch (error) {
    throw failure(error, { endpoint, topic, group });
  } finally {
    await Promise.allSettled([consumer.disconnect(), admin.disconnect()]);
  }
}

async function looksOf(admin: Admin, topic: string, from: StartingPoint, count: number): Promise<readonly Look[]> {
  const facts = await partitionFacts(admin, topic);
  const starts = await startingOffsets(admin, topic, from, facts);
  const startOf = ({ partition, low, high }: PartitionFacts) =>
    from === 'latest' ? Math.max(low, high - count) : Math.max(low, starts.get(partition) ?? low);
  return facts
    .map((each) => ({ partition: each.partition, start: startOf(each), end: each.high }))
    .filter(({ start, end }) => start < end);
}

/** Up to `count` messages of each partition, but none behind where it ended. */
function collect(
  consumer: Consumer,
  topic: string,
  looks: readonly Look[],
  count: number,
): Promise<readonly ConsumedMessage[]> {
  const messages: ConsumedMessage[] = [];
  const open = new Map(looks.map((look) => [look.partition, { end: look.end, left: count }]));
  return new Promise((resolve, reject) => {
    const close = (partition: number) => {
      open.delete(partition);
      if (open.size === 0) resolve(messages);
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    // Batches of nothing but aborted messages and markers never come to eachBatch, but move the reader on.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (Number(lastOffset) + 1 >= (open.get(partition)?.end ?? Number.POSITIVE_INFINITY)) close(partition);
    });
    const begin = async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const message of batch.messages) {
            const look = open.get(batch.partition);
            if (look === undefined) return;
            messages.push(toConsumed(topic, batch.partition, message));
            if (--look.left === 0) close(batch.partition);
          }
        },
      });
      for (const { partition, start } of looks) consumer.seek({ topic, partition, offset: String(start) });
    };
    begin().catch(reject);
  });
}
