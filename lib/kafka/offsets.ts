import type { Admin } from 'kafkajs';

/** Where a group begins that has no offsets yet. Milliseconds since 1970. */
export type StartingPoint = 'earliest' | 'latest' | { readonly timestamp: number };

/** A partition as the broker has it: messages from `low` up to, not including, `high`. */
export interface PartitionFacts {
  readonly partition: number;
  /** The broker that it is read from. */
  readonly leader: number;
  readonly low: number;
  readonly high: number;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** Throws kafkajs's errors. */
export async function partitionFacts(admin: Admin, topic: string): Promise<readonly PartitionFacts[]> {
  // One after the other: what still asks when the other has failed would connect anew after a disconnect.
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const ranges = await admin.fetchTopicOffsets(topic);
  const leaders = new Map(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader]));
  return ranges.map(({ partition, low, high }) => ({
    partition,
    leader: leaders.get(partition) ?? -1,
    low: Number(low),
    high: Number(high),
  }));
}

/** What a group has committed of a topic, by partition. Throws kafkajs's errors. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, CommittedOffset>> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const known = found?.partitions.filter(({ offset }) => Number(offset) >= 0) ?? [];
  return new Map(
    known.map(({ partition, offset, metadata }) => [partition, { offset: Number(offset), metadata: metadata ?? '' }]),
  );
}

/** Where each partition is to be begun, as of now. Throws kafkajs's errors. */
export async function startingOffsets(
  admin: Admin,
  topic: string,
  from: StartingPoint,
  facts: readonly PartitionFacts[],
): Promise<ReadonlyMap<number, number>> {
  if (typeof from === 'string') {
    return new Map(facts.map(({ partition, low, high }) => [partition, from === 'earliest' ? low : high]));
  }
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, from.timestamp);
  const highs = new Map(facts.map(({ partition, high }) => [partition, high]));
  return new Map(
    found.map(({ partition, offset }) => {
      // Nothing is that young: what comes next is.
      const at = Number(offset);
      return [partition, at < 0 ? (highs.get(partition) ?? 0) : at];
    }),
  );
}
