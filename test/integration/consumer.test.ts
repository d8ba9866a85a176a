/** A topic in a consumer group of its own: where it begins, what it commits, when it is idle. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumedMessage } from '../../lib/kafka/consumed.ts';
import { type ConsumerOptions, TopicConsumer } from '../../lib/kafka/consumer.ts';
import { plaintext } from '../support/kafka.ts';
import { RawTopics } from '../support/raw-topics.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'a topic consumer', ({ kafka: { brokers } }) => {
  const topics = new RawTopics(brokers, 'consumer');
  beforeAll(() => topics.open());
  afterAll(() => topics.close());

  const committed = async (topic: string, group: string) => {
    const [found] = await topics.groups.fetchOffsets({ groupId: group, topics: [topic] });
    return Object.fromEntries(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]) ?? []);
  };
  async function until(what: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 10_000; !(await what()); await sleep(20))
      if (Date.now() > end) throw new Error('it did not come about');
  }

  /** Reads until nothing comes any more, and stops. */
  async function read(topic: string, group: string, extra: Partial<ConsumerOptions> = {}) {
    const seen: ConsumedMessage[] = [];
    const notices: string[] = [];
    const consumer = new TopicConsumer({
      endpoint: plaintext(brokers),
      topic,
      group,
      from: 'earliest',
      maxWaitMs: 50,
      concurrency: 1,
      begin: async () => undefined,
      each: async ({ messages }) => {
        seen.push(...messages);
        return true;
      },
      notice: ({ code }) => notices.push(code),
      ...extra,
    });
    await consumer.start();
    let over = false;
    try {
      await Promise.race([
        consumer.ended,
        until(async () => over || (consumer.idleSince() !== undefined && (await consumer.isCaughtUp()))),
      ]);
    } finally {
      over = true;
      await consumer.stop();
    }
    return { seen, notices, values: seen.map(({ value }) => String(value)) };
  }

  test('reads every partition, commits behind the last message, and begins there again', async () => {
    const topic = await topics.create(3);
    const group = randomUUID();
    for (const partition of [0, 1]) await topics.send(topic, [`a${partition}`, `b${partition}`], partition);
    const { values } = await read(topic, group, { concurrency: 3 });
    expect(values.sort()).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect(await committed(topic, group)).toEqual({ 0: 2, 1: 2, 2: 0 });
    await topics.send(topic, ['c'], 1);
    expect((await read(topic, group)).values).toEqual(['c']);
  });

  test('keys, values, headers and tombstones as they were', async () => {
    const topic = await topics.create();
    await topics.producer.send({
      topic,
      messages: [
        { key: 'k', value: null, timestamp: '1767225600000', headers: { a: ['1', '2'], b: Buffer.from([255]) } },
        { value: '' },
      ],
    });
    const { seen } = await read(topic, randomUUID());
    expect(seen).toMatchObject([
      {
        topic,
        partition: 0,
        offset: 0,
        timestamp: 1767225600000,
        key: Buffer.from('k'),
        value: null,
        headers: [
          { name: 'a', value: Buffer.from('1') },
          { name: 'a', value: Buffer.from('2') },
          { name: 'b', value: Buffer.from([255]) },
        ],
      },
      expect.objectContaining({ offset: 1, key: null, value: Buffer.alloc(0), headers: [] }),
    ]);
  });

  test('latest is the end of the topic at the first start, also when nothing came before the second', async () => {
    const topic = await topics.create();
    const group = randomUUID();
    await topics.send(topic, ['before']);
    expect((await read(topic, group, { from: 'latest' })).values).toEqual([]);
    await topics.send(topic, ['between']);
    expect((await read(topic, group, { from: 'latest' })).values).toEqual(['between']);
  });

  test('a timestamp begins at the first message from then on, and at the end where there is none', async () => {
    const topic = await topics.create();
    const at = (timestamp: number, value: string) => ({ timestamp: String(timestamp), value });
    await topics.producer.send({ topic, messages: [at(1_000, 'a'), at(2_000, 'b'), at(3_000, 'c')] });
    const from = (timestamp: number) => read(topic, randomUUID(), { from: { timestamp } });
    expect((await from(1_500)).values).toEqual(['b', 'c']);
    expect((await from(9_000)).values).toEqual([]);
  });

  test('begin has the last word, and what it throws ends the consumer', async () => {
    const topic = await topics.create();
    const group = randomUUID();
    await topics.send(topic, ['a', 'b', 'c']);
    await read(topic, group);
    const told: unknown[] = [];
    const begin: ConsumerOptions['begin'] = async (partition) => {
      told.push(partition);
      return 1;
    };
    expect((await read(topic, group, { begin })).values).toEqual(['b', 'c']);
    expect(told).toEqual([{ topic, partition: 0, committed: 3, low: 0, high: 3 }]);
    const refuse = async () => {
      throw new Error('recreated');
    };
    await expect(read(topic, group, { begin: refuse })).rejects.toThrow('recreated');
  });

  test('what is older than the oldest message is told', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a']);
    // As if the log began later: messages cannot be made old at once.
    const { values, notices } = await read(topic, randomUUID(), { begin: async () => -2 });
    expect([values, notices]).toEqual([['a'], ['MessagesExpired']]);
  });

  test('what is not settled is not committed', async () => {
    const topic = await topics.create();
    const group = randomUUID();
    await topics.send(topic, ['a', 'b']);
    const failing = async () => {
      throw new Error('no database');
    };
    await expect(read(topic, group, { each: failing })).rejects.toThrow('no database');
    expect(await committed(topic, group)).toEqual({ 0: 0 });
  });

  test.each([
    [false, ['kept']],
    [true, ['aborted', 'kept']],
  ])('aborted messages (read uncommitted: %s)', async (readUncommitted, expected) => {
    const topic = await topics.create();
    await topics.transact(topic, [
      [{ value: 'aborted' }, 'abort'],
      [{ value: 'kept' }, 'commit'],
    ]);
    const group = randomUUID();
    expect((await read(topic, group, { readUncommitted })).values).toEqual(expected);
    expect(await committed(topic, group)).toEqual({ 0: 4 });
  });

  test('a second member takes over some partitions, and what was committed is not read again', async () => {
    const topic = await topics.create(4);
    const group = randomUUID();
    const seen: string[] = [];
    const member = () =>
      new TopicConsumer({
        endpoint: plaintext(brokers),
        topic,
        group,
        from: 'earliest',
        maxWaitMs: 50,
        concurrency: 2,
        begin: async () => undefined,
        each: async ({ messages }) => {
          seen.push(...messages.map(({ value }) => String(value)));
          return true;
        },
        notice: () => undefined,
      });
    const sent: string[] = [];
    const fill = async (round: string) => {
      for (const partition of [0, 1, 2, 3]) {
        sent.push(`${round}${partition}`);
        await topics.send(topic, [`${round}${partition}`], partition);
      }
    };
    const [first, second] = [member(), member()];
    await first.start();
    await fill('a');
    await until(() => seen.length === 4);
    await second.start();
    await until(async () => second.idleSince() !== undefined && first.idleSince() !== undefined);
    await fill('b');
    await until(() => seen.length >= 8);
    await first.stop();
    await fill('c');
    await until(() => seen.length >= 12);
    await second.stop();
    expect(seen.sort()).toEqual(sent.sort());
  });

  test('a topic that is not there, a cluster that is not there', async () => {
    await expect(read(`none-${randomUUID()}`, randomUUID())).rejects.toMatchObject({ code: 'MissingTopic' });
    const nowhere = { endpoint: plaintext(['127.0.0.1:1']), retry: { retries: 0 } };
    await expect(read('any', randomUUID(), nowhere)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
  });
});
