import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Message, type Producer } from 'kafkajs';
import { Topics } from './topics.ts';

/** Topics into which anybody's messages come: of any partition, time and headers, and in transactions of their own. */
export class RawTopics extends Topics {
  readonly producer: Producer;
  readonly groups: Admin;
  readonly #client: kafkajs.Kafka;

  constructor(brokers: readonly string[], name: string) {
    super(brokers, name);
    this.#client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    this.producer = this.#client.producer();
    this.groups = this.#client.admin();
  }

  override async open(): Promise<void> {
    await Promise.all([super.open(), this.producer.connect(), this.groups.connect()]);
  }

  async send(topic: string, values: readonly string[], partition = 0): Promise<void> {
    await this.producer.send({ topic, messages: values.map((value) => ({ value, partition })) });
  }

  /** Each message in a transaction of its own, which ends as it says. */
  async transact(
    topic: string,
    each: readonly (readonly [message: Message, end: 'commit' | 'abort'])[],
  ): Promise<void> {
    const producer = this.#client.producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [message, end] of each) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [message] });
      await transaction[end]();
    }
    await producer.disconnect();
  }

  override async close(): Promise<void> {
    await super.close();
    await Promise.all([this.producer.disconnect(), this.groups.disconnect()]);
  }
}
