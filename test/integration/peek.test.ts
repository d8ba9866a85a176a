/** A look at messages of a topic that leaves nothing behind. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import type { StartingPoint } from '../../lib/kafka/offsets.ts';
import { peek } from '../../lib/kafka/peek.ts';
import { plaintext } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'a peek', ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer();
  const topic = `peek-${randomUUID()}`;
  const empty = `peek-${randomUUID()}`;
  let admin: KafkaAdmin;
  beforeAll(async () => {
    admin = await openAdmin(endpoint);
    await admin.createTopic(topic, 2);
    await admin.createTopic(empty, 1);
    await producer.connect();
    // Two partitions in turn, a second apart.
    const messages = Array.from({ length: 10 }, (_, i) => ({
      value: `${i}`,
      partition: i % 2,
      timestamp: `${(i + 1) * 1000}`,
    }));
    await producer.send({ topic, messages });
    const transactional = client.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    await transactional.connect();
    const transaction = await transactional.transaction();
    await transaction.send({ topic, messages: [{ value: 'aborted', partition: 1 }] });
    await transaction.abort();
    await transactional.disconnect();
  });
  afterAll(async () => {
    await admin.deleteTopic(topic);
    await admin.deleteTopic(empty);
    await Promise.all([producer.disconnect(), admin.close()]);
  });

  test.each<[StartingPoint, number, string[]]>([
    ['earliest', 3, ['0', '1', '2']],
    ['earliest', 100, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']],
    [{ timestamp: 4_500 }, 2, ['4', '5']],
    [{ timestamp: 99_999 }, 2, []],
  ])('from %j, at most %d', async (from, count, expected) => {
    const found = await peek(endpoint, topic, { from, count });
    expect(found.map(({ value }) => String(value))).toEqual(expected);
  });

  test('latest: the last ones that are committed', async () => {
    const values = (await peek(endpoint, topic, { from: 'latest', count: 4 })).map(({ value }) => String(value));
    expect(values.at(-1)).toBe('9');
    expect(values).not.toContain('aborted');
  });

  test('of an empty topic there is nothing, of one that is missing it is said', async () => {
    expect(await peek(endpoint, empty, { from: 'earliest', count: 5 })).toEqual([]);
    await expect(peek(endpoint, randomUUID(), { from: 'earliest', count: 5 })).rejects.toMatchObject({
      code: 'MissingTopic',
    });
  });
});
