import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import { type ConnectionOptions, createClient } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { kafkaFailure } from './failure.ts';
import type { Destination, TopicUse } from './finding.ts';
import { topicConfig } from './topic.ts';

export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  /** Settings by name (`max.message.bytes`, `retention.ms`, …); undefined where the client may not read them. */
  readonly config: Readonly<Record<string, string>> | undefined;
}

/** Which messages of a partition there are: from `low` up to, not including, `high`, where the oldest open transaction begins. */
export interface OffsetRange {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** What `check`, the tools and the tests ask a cluster. Every failure is a SluiceError of stage `kafka`. */
export interface KafkaAdmin {
  /** The brokers that the cluster advertises, as `host:port`. */
  brokers(): Promise<readonly string[]>;
  topics(): Promise<readonly string[]>;
  /** @param use what a refusal is to ask the rights for */
  describeTopic(topic: string, use?: TopicUse): Promise<TopicDescription>;
  createTopic(topic: string, partitions: number, config?: Readonly<Record<string, string>>): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  offsets(topic: string): Promise<readonly OffsetRange[]>;
  close(): Promise<void>;
}

/** Connects. */
export async function openAdmin(endpoint: KafkaEndpoint, options: ConnectionOptions = {}): Promise<KafkaAdmin> {
  const admin = createClient(endpoint, options).admin();
  const ask = async <T>(work: () => Promise<T>, destination: Omit<Destination, 'endpoint'> = {}): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw kafkaFailure(error, { endpoint, ...destination });
    }
  };
  try {
    await ask(() => admin.connect());
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
  return {
    brokers: () => ask(async () => (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`)),
    topics: () => ask(() => admin.listTopics()),
    describeTopic: (topic, use = 'write') => ask(() => describeTopic(admin, topic), { topic, use }),
    createTopic: (topic, partitions, config = {}) =>
      ask(() => createTopic(admin, topic, partitions, config), { topic }),
    deleteTopic: (topic) => ask(() => admin.deleteTopics({ topics: [topic] }), { topic }),
    offsets: (topic) =>
      ask(
        async () =>
          (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
            partition,
            low: BigInt(low),
            high: BigInt(high),
          })),
        { topic, use: 'read' },
      ),
    close: () => admin.disconnect(),
  };
}

async function describeTopic(admin: Admin, name: string): Promise<TopicDescription> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  return { name, partitions: topics[0]?.partitions.length ?? 0, config: await topicConfig(admin, name) };
}

async function createTopic(
  admin: Admin,
  topic: string,
  numPartitions: number,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const created = await admin.createTopics({
    topics: [{ topic, numPartitions, configEntries }],
    waitForLeaders: false,
  });
  if (created) return untilLed(admin, topic);
  throw new SluiceError('TopicExists', `the topic "${topic}" exists already`, {
    stage: 'kafka',
    context: { topic },
    fix: 'Use it as it is, or choose another name.',
  });
}

/** How long a broker under load may take to lead the partitions of a topic that it has just made, in milliseconds. */
const LED_WITHIN = 30_000;

/**
 * Waits until every partition answers. kafkajs's own waiting fails at once while the broker does not know the topic yet,
 * and the metadata names a leader before it has begun to lead.
 */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  const end = performance.now() + LED_WITHIN;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(20);
  }
}
