/** A look at messages of a topic that leaves nothing behind. */
import { randomUUID } from 'node:crypto';
import type { StartingPoint } from '../../lib/kafka/offsets.ts';
import { peek } from '../../lib/kafka/peek.ts';
import { plaintext } from '../support/kafka.ts';
import { RawTopics } from '../support/raw-topics.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'a peek', ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const topics = new RawTopics(brokers, 'peek');
  let topic: string;
  let empty: string;
  beforeAll(async () => {
    await topics.open();
    topic = await topics.create(2);
    empty = await topics.create();
    // Two partitions in turn, a second apart.
    const messages = Array.from({ length: 10 }, (_, i) => ({
      value: `${i}`,
      partition: i % 2,
      timestamp: `${(i + 1) * 1000}`,
    }));
    await topics.producer.send({ topic, messages });
    await topics.transact(topic, [[{ value: 'aborted', partition: 1 }, 'abort']]);
  });
  afterAll(() => topics.close());

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
