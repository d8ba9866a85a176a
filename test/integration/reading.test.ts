/** What a reader of a topic is given, and what is said of a topic. */
import { createClient } from '../../lib/kafka/connection.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll, type KafkaMessage, tail } from '../../lib/kafka/reading.ts';
import { failureOf } from '../support/failure.ts';
import { recordsOf, SOURCE } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';
import { Topics } from '../support/topics.ts';

const texts = (messages: readonly KafkaMessage[]) => messages.map(({ value }) => String(value));

describeWith('kafka', 'reading a topic', ({ kafka: { brokers } }) => {
  const topics = new Topics(brokers, 'read');
  const { endpoint } = topics;
  beforeAll(() => topics.open());
  afterAll(() => topics.close());

  test('an empty topic is read at once', async () => {
    expect(await consumeAll(endpoint, await topics.create(3), () => undefined)).toBe(0);
  });

  test('sees what was committed, waits for more on demand, and does not see what was aborted', async () => {
    const topic = await topics.create(2);
    const producer = createClient(endpoint).producer({
      idempotent: true,
      transactionalId: `sluice.test.${topic}`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const inTransaction = async (value: string, end: 'commit' | 'abort') => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [0, 1].map((partition) => ({ partition, value })) });
      return () => transaction[end]();
    };
    await (await inTransaction('first', 'commit'))();
    await (await inTransaction('aborted', 'abort'))();
    const commit = await inTransaction('second', 'commit');
    const seen: string[] = [];
    const see = ({ value }: KafkaMessage) => void seen.push(String(value));
    expect(await consumeAll(endpoint, topic, see)).toBe(2);
    expect(seen.splice(0)).toEqual(['first', 'first']);
    let committed: Promise<void> | undefined;
    const reading = consumeAll(endpoint, topic, see, {
      enough: (messages) => {
        if (messages === 2) committed ??= commit();
        return messages === 4;
      },
    });
    expect(await reading).toBe(4);
    expect(seen.sort()).toEqual(['first', 'first', 'second', 'second']);
    await committed;
    await producer.disconnect();
  });

  test('the last messages, by time', async () => {
    const topic = await topics.create(3);
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: true });
    for (let i = 0; i < 8; i++) {
      await producer.send(recordsOf([`m${i}`], i * 256 * 1024), SOURCE);
      // Messages of one millisecond have no order between partitions.
      for (const now = Date.now(); Date.now() === now; ) await new Promise(setImmediate);
    }
    await producer.close();
    expect(texts(await tail(endpoint, topic, 3))).toEqual(['m5', 'm6', 'm7']);
    expect(texts(await tail(endpoint, topic, 100))).toHaveLength(8);
  });

  test('can be given up', async () => {
    const topic = await topics.create(3);
    const reading = consumeAll(endpoint, topic, () => undefined, {
      enough: () => false,
      signal: AbortSignal.timeout(50),
    });
    await expect(reading).rejects.toThrow(/timeout/);
  });

  test('can be given up before it has connected', async () => {
    const topic = await topics.create(3);
    const reading = consumeAll(endpoint, topic, () => undefined, { enough: () => false, signal: AbortSignal.abort() });
    await expect(reading).rejects.toThrow(/aborted/);
  });

  test('an unknown topic is named', async () => {
    const retry = { retries: 2, initialRetryTime: 20, maxRetryTime: 50 };
    const error = await failureOf(consumeAll(endpoint, 'no-such-topic', () => undefined, { retry }));
    expect(error).toMatchObject({ code: 'MissingTopic' });
  });

  test('a topic is described with its settings, and cannot be made twice', async () => {
    const topic = await topics.create(4, { 'max.message.bytes': '70000' });
    expect(await topics.admin.topics()).toContain(topic);
    expect(await topics.admin.describeTopic(topic)).toMatchObject({
      partitions: 4,
      config: { 'max.message.bytes': '70000' },
    });
    expect(await failureOf(topics.admin.createTopic(topic, 1))).toMatchObject({ code: 'TopicExists' });
    expect(await failureOf(topics.admin.describeTopic('no-such-topic'))).toMatchObject({ code: 'MissingTopic' });
  });
});
