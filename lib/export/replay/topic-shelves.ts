import { randomUUID } from 'node:crypto';
import { openAdmin } from '../../kafka/admin.ts';
import type { KafkaEndpoint } from '../../kafka/contract.ts';
import { readPartition } from '../../kafka/partition-reading.ts';
import { prefixOf } from '../../ledger/names.ts';
import { type Addressee, letterOf } from './letter.ts';
import type { Shelf } from './shelf.ts';

/** The partitions of a dead-letter topic, up to what is committed at the call: letters that come later are for the next time. */
export async function topicShelves(
  endpoint: KafkaEndpoint,
  topic: string,
  to: Addressee,
  clock: () => number,
): Promise<readonly Shelf[]> {
  const admin = await openAdmin(endpoint);
  try {
    const ranges = await admin.offsets(topic);
    const partitions = ranges.map(({ partition }) => partition);
    return ranges.map(({ partition, low, high }) => ({
      name: `${topic}-${partition}`,
      first: Number(low),
      behind: Number(high),
      async olderThan(ms) {
        let oldest = Number.POSITIVE_INFINITY;
        const first = { topic, partition, from: low, to: high };
        await readPartition(endpoint, first, {
          ...reader(to, partition, partitions),
          each: async ([message]) => {
            oldest = message?.timestamp ?? oldest;
            return false;
          },
        });
        return oldest < clock() - ms;
      },
      read: (from, each) =>
        readPartition(
          endpoint,
          { topic, partition, from: BigInt(from) > low ? BigInt(from) : low, to: high },
          {
            ...reader(to, partition, partitions),
            each: (messages) =>
              each(messages.map((message) => ({ letter: letterOf(message, to), next: Number(message.offset) + 1 }))),
          },
        ),
    }));
  } finally {
    await admin.close();
  }
}

/** Under the rule's prefix: the rights that the rule has cover it. */
function reader(to: Addressee, partition: number, partitions: readonly number[]) {
  return {
    group: `${prefixOf(to)}read.${randomUUID()}`,
    others: partitions.filter((each) => each !== partition),
  };
}
