import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { RecordCompression } from './contract.ts';
import { BATCH_OVERHEAD } from './record-batch.ts';

/** What a producer has to know of a topic. */
export interface TopicFacts {
  readonly partitions: number;
  /** Undefined where the client may not read the topic's configuration. */
  readonly maxMessageBytes: number | undefined;
}

/** Kafka's own default of `max.message.bytes`. */
export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** Throws kafkajs's errors. */
export async function readTopic(client: Kafka, topic: string): Promise<TopicFacts> {
  const admin = client.admin();
  try {
    await admin.connect();
    return await askTopic(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

/** The same over a connection that there is. */
export async function askTopic(admin: Admin, topic: string): Promise<TopicFacts> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return { partitions: topics[0]?.partitions.length ?? 0, maxMessageBytes: await maxMessageBytes(admin, topic) };
}

async function maxMessageBytes(admin: Admin, name: string): Promise<number | undefined> {
  const config = await topicConfig(admin, name, ['max.message.bytes']);
  const value = Number(config?.['max.message.bytes']);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The topic's settings by name; undefined where the client may not read them. Throws kafkajs's errors. */
export async function topicConfig(
  admin: Admin,
  name: string,
  configNames?: string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, ...(configNames && { configNames }) }],
    });
    const entries = resources[0]?.configEntries ?? [];
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    if (String((error as { type?: unknown }).type).endsWith('AUTHORIZATION_FAILED')) return undefined;
    throw error;
  }
}

/**
 * The most bytes of encoded records that a batch may hold. The broker judges what arrives, compressed; the bound is on
 * what goes in, with room for what a codec adds to bytes that do not compress.
 */
export function recordLimit(maxMessageBytes: number | undefined, compression: RecordCompression): number {
  const room = (maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES) - BATCH_OVERHEAD;
  return compression === 'none' ? room : Math.floor(room * 0.99) - 64;
}
