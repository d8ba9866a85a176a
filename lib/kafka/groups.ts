import kafkajs, { type Admin } from 'kafkajs';
import type { Checkpoint, GroupDirectory } from '../ledger/contract.ts';
import { createAsking } from './asking.ts';
import type { ConnectionOptions } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';

export interface Groups extends GroupDirectory {
  close(): Promise<void>;
}

/** Connects at the first call, and anew after a failure. Every failure is a SluiceError of stage `kafka`. */
export function createGroupDirectory(endpoint: KafkaEndpoint, topic: string, options: ConnectionOptions = {}): Groups {
  const { ask, close } = createAsking(endpoint, options);
  return {
    list: (prefix) =>
      ask(async (admin) => {
        const { groups } = await admin.listGroups();
        return groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(prefix));
      }),
    read: (group) => ask((admin) => readCheckpoint(admin, group, topic), { topic, group }),
    remove: (groups) => ask((admin) => remove(admin, groups), groups[0] === undefined ? {} : { group: groups[0] }),
    close,
  };
}

/** What a group has committed for partition 0 of the topic. Throws kafkajs's errors. */
export async function readCheckpoint(admin: Admin, groupId: string, topic: string): Promise<Checkpoint | undefined> {
  const topics = await admin.fetchOffsets({ groupId, topics: [topic] });
  const found = topics[0]?.partitions.find(({ partition }) => partition === 0);
  // Kafka's word for none.
  if (found === undefined || found.offset === '-1') return undefined;
  return { offset: Number(found.offset), metadata: found.metadata ?? '' };
}

const GROUP_ID_NOT_FOUND = 69;

async function remove(admin: Admin, groups: readonly string[]): Promise<void> {
  try {
    await admin.deleteGroups([...groups]);
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSDeleteGroupsError)) throw error;
    const left = error.groups.find(({ errorCode }) => errorCode !== GROUP_ID_NOT_FOUND);
    if (left !== undefined) throw left.error ?? error;
  }
}
