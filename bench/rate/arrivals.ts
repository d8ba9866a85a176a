import type { EachBatchPayload } from 'kafkajs';
import { createClient } from '../../lib/kafka/connection.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';

export interface Counted {
  readonly at: number;
  readonly byProcess: ReadonlyMap<string, number>;
}

/** Counts what arrives in a topic by key, as a consumer of committed records sees it. */
export async function arrivals(endpoint: KafkaEndpoint, topic: string) {
  const counts = new Map<string, number>();
  let wake: () => void = () => undefined;
  const consumer = createClient(endpoint).consumer({ groupId: topic, readUncommitted: false, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }: EachBatchPayload) => {
      for (const { key } of batch.messages) {
        const name = String(key);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      wake();
    },
  });
  await joined;
  return {
    now: (): Counted => ({ at: performance.now(), byProcess: new Map(counts) }),
    /** Resolves when so many processes have sent something. */
    async of(processes: number): Promise<void> {
      while (counts.size < processes) await new Promise<void>((resolve) => (wake = resolve));
    },
    close: () => consumer.disconnect(),
  };
}
