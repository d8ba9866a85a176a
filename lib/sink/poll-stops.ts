import type { TopicConsumer } from '../kafka/consumer.ts';
import type { KafkaEndpoint } from '../kafka/contract.ts';
import { createGroupOffsetAdmin } from '../kafka/group-offsets.ts';
import { consumerGroup } from '../rule/consumer-group.ts';
import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import type { StopStore } from './contract.ts';
import { createGroupStops } from './stops/group.ts';

/**
 * Stops in the offsets of the rule's own consumer groups: put by the member that holds the partition, while `consumers`
 * has it; taken away from outside, when nobody is in the group.
 */
export function pollStops(
  { rule, stage }: RuleBundle<SinkRule>,
  endpoint: KafkaEndpoint,
  consumers: ReadonlyMap<string, Pick<TopicConsumer, 'commit' | 'committed'>> = new Map(),
): StopStore {
  async function asking<T>(
    topic: string,
    ask: (admin: ReturnType<typeof createGroupOffsetAdmin>) => Promise<T>,
  ): Promise<T> {
    const admin = createGroupOffsetAdmin(endpoint, consumerGroup(rule, stage, topic));
    try {
      return await ask(admin);
    } finally {
      await admin.close();
    }
  }
  return createGroupStops(
    {
      // Asked before each batch: a member has a connection that is open already.
      read: (topic) => consumers.get(topic)?.committed() ?? asking(topic, (admin) => admin.read(topic)),
      commit: ({ topic, partition }, offset, metadata) =>
        consumers.get(topic)?.commit(partition, offset, metadata) ??
        asking(topic, (admin) => admin.set(topic, partition, offset)),
    },
    rule.source.topics,
  );
}
