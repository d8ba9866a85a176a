import { createAsking } from './asking.ts';
import type { ConnectionOptions } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { type CommittedOffset, committedOffsets } from './offsets.ts';

/** What a consumer group has committed, seen and changed from outside. Every failure is a SluiceError of stage `kafka`. */
export interface GroupOffsetAdmin {
  /** By partition. */
  read(topic: string): Promise<ReadonlyMap<number, CommittedOffset>>;
  /** Commits without metadata. The group must have no members: the broker refuses it otherwise. */
  set(topic: string, partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}

export function createGroupOffsetAdmin(
  endpoint: KafkaEndpoint,
  group: string,
  options: ConnectionOptions = {},
): GroupOffsetAdmin {
  const { ask, close } = createAsking(endpoint, options);
  return {
    read: (topic) => ask((admin) => committedOffsets(admin, group, topic), { topic, group }),
    set: (topic, partition, offset) =>
      ask((admin) => admin.setOffsets({ groupId: group, topic, partitions: [{ partition, offset: String(offset) }] }), {
        topic,
        group,
      }),
    close,
  };
}
