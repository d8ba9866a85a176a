import kafkajs from 'kafkajs';
import type { ConnectionOptions } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { createCoordinatedClient } from './coordinator.ts';

export interface ProbedTransaction {
  /** The transactional id, and the group. Nobody else may use it. */
  readonly id: string;
  /** Offsets are stored for its first partition. */
  readonly topic: string;
}

/**
 * Opens a transaction, stores an offset in it and aborts it: whoever may do that may do all that a ledger asks of the
 * broker. Nothing is left behind that a reader sees. Throws SluiceError of stage `kafka`: `TransactionalIdDenied`,
 * `GroupDenied`, `TopicDenied` (Read on the topic), …
 */
export async function probeTransaction(
  endpoint: KafkaEndpoint,
  { id, topic }: ProbedTransaction,
  options: ConnectionOptions = {},
): Promise<void> {
  const { client, failure } = createCoordinatedClient(endpoint, options);
  const producer = client.producer({
    transactionalId: id,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
    const transaction = await producer.transaction();
    try {
      await transaction.sendOffsets({
        consumerGroupId: id,
        topics: [{ topic, partitions: [{ partition: 0, offset: '0' }] }],
      });
    } finally {
      await transaction.abort();
    }
  } catch (error) {
    throw failure(error, { endpoint, topic, transactionalId: id, group: id });
  } finally {
    await producer.disconnect();
  }
}
