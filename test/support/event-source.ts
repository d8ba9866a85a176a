/** AWS's event source mapping: reads a topic in a consumer group, calls a function, and commits what it did not throw at. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumedBatch, ConsumedMessage } from '../../lib/kafka/consumed.ts';
import { TopicConsumer } from '../../lib/kafka/consumer.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';

export interface EventSourceOptions {
  readonly endpoint: KafkaEndpoint;
  readonly topic: string;
  /** What a poller hands over of transactions that were aborted is nowhere documented. Default: nothing. */
  readonly readUncommitted?: boolean;
  /** The most messages of an event. */
  readonly batchSize?: number;
}

export type Invoke = (event: object) => Promise<unknown>;

/** What a function is called with for these messages. */
export function kafkaEvent({ topic, partition, messages }: Omit<ConsumedBatch, 'lag'>): object {
  return { eventSource: 'aws:kafka', records: { [`${topic}-${partition}`]: messages.map(recordOf) } };
}

function recordOf({ topic, partition, offset, timestamp, key, value, headers }: ConsumedMessage): object {
  return {
    topic,
    partition,
    offset,
    timestamp,
    timestampType: 'CREATE_TIME',
    ...(key !== null && { key: Buffer.from(key).toString('base64') }),
    ...(value !== null && { value: Buffer.from(value).toString('base64') }),
    // Java's bytes have a sign.
    headers: headers.map((header) => ({ [header.name]: [...new Int8Array(header.value)] })),
  };
}

/** One mapping: its group outlives each of its polls. */
export class EventSource {
  /** Every event, also such as were thrown at. */
  readonly events: object[] = [];
  readonly #options: EventSourceOptions;
  readonly #group = randomUUID();

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  /** Calls the function until everything is consumed, or until it throws; resolves to what it threw. */
  async poll(invoke: Invoke): Promise<unknown> {
    let thrown: unknown;
    const consumer = new TopicConsumer({
      ...this.#options,
      group: this.#group,
      from: 'earliest',
      maxWaitMs: 50,
      concurrency: 1,
      begin: async () => undefined,
      notice: () => undefined,
      each: async (batch) => {
        if (thrown !== undefined) return false;
        const { batchSize = batch.messages.length } = this.#options;
        try {
          for (let from = 0; from < batch.messages.length; from += batchSize) {
            const event = kafkaEvent({ ...batch, messages: batch.messages.slice(from, from + batchSize) });
            this.events.push(event);
            await invoke(event);
          }
          return true;
        } catch (error) {
          thrown = error;
          return false;
        }
      },
    });
    await consumer.start();
    try {
      const isDone = async () => consumer.idleSince() !== undefined && (await consumer.isCaughtUp());
      while (thrown === undefined && !(await isDone())) await Promise.race([consumer.ended, sleep(25)]);
    } finally {
      await consumer.stop();
    }
    return thrown;
  }
}
