/** The stores of stops that stand beside a target, against real servers: the same story for both. */
import { randomUUID } from 'node:crypto';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { TopicConsumer } from '../../lib/kafka/consumer.ts';
import { createGroupOffsetAdmin } from '../../lib/kafka/group-offsets.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import type { Stop, StopStore } from '../../lib/sink/contract.ts';
import { createDynamoStops } from '../../lib/sink/stops/dynamodb.ts';
import { createGroupStops } from '../../lib/sink/stops/group.ts';
import { plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { describeWith } from '../support/stack.ts';

const stopAt = (topic: string, offset: number, partition = 0): Stop => ({
  topic,
  partition,
  offset,
  since: 1_720_000_000_000,
  code: 'ValueTooLong',
  reason: 'columns.note has 41 bytes, and the column takes 16',
  fix: 'Widen the column.',
});

/** What every store does with a partition that nothing is known of at first. */
async function tellsTheStory(stops: StopStore, topic: string): Promise<void> {
  const here = { topic, partition: 0 };
  expect(await stops.read(here)).toBeUndefined();
  expect(await stops.resume(here)).toBeUndefined();
  await stops.put(stopAt(topic, 7));
  expect(await stops.read(here)).toEqual(stopAt(topic, 7));
  expect(await stops.list()).toEqual([stopAt(topic, 7)]);
  expect(await stops.resume(here)).toEqual(stopAt(topic, 7));
  expect(await stops.read(here)).toBeUndefined();
  expect(await stops.list()).toEqual([]);
  await stops.put(stopAt(topic, 9));
  expect(await stops.read(here)).toEqual(stopAt(topic, 9));
}

describeWith('aws', 'stops in the table of the stack', ({ aws }) => {
  const place = new LedgerTable(aws, 'stops');
  const { client, table } = place;
  beforeAll(() => place.create());
  afterAll(() => place.remove());
  const storeOf = (rule: string) => createDynamoStops(client, table, { stage: 'test', rule });

  test('are put, read, listed, and gone once the partition goes on', () => tellsTheStory(storeOf('one'), 'tp1'));

  test('the stop nearest to the beginning stands; partitions and rules do not see each other', async () => {
    const stops = storeOf('two');
    await stops.put(stopAt('tp1', 7));
    await stops.put(stopAt('tp1', 9));
    await stops.put(stopAt('tp1', 3, 1));
    expect(await stops.read({ topic: 'tp1', partition: 0 })).toEqual(stopAt('tp1', 7));
    await stops.put(stopAt('tp1', 5));
    expect(await stops.read({ topic: 'tp1', partition: 0 })).toEqual(stopAt('tp1', 5));
    const listed = await stops.list();
    expect(listed.map(({ partition, offset }) => [partition, offset]).sort()).toEqual([
      [0, 5],
      [1, 3],
    ]);
    expect(await storeOf('three').list()).toEqual([]);
  });

  test('skipped messages are kept, since their batch comes again', async () => {
    const stops = storeOf('four');
    const here = { topic: 'tp1', partition: 0 };
    expect(await stops.resume(here, true)).toBeUndefined();
    for (const offset of [7, 9]) {
      await stops.put(stopAt('tp1', offset));
      expect(await stops.resume(here, true)).toEqual(stopAt('tp1', offset));
    }
    await stops.put(stopAt('tp1', 11));
    await stops.resume(here);
    const skipped = await Promise.all([7, 8, 9, 11].map((offset) => stops.skipped?.(here, offset)));
    expect(skipped).toEqual([true, false, true, false]);
    expect(await stops.skipped?.({ topic: 'tp1', partition: 1 }, 7)).toBe(false);
    expect([await stops.read(here), await stops.list()]).toEqual([undefined, []]);
  });

  test('a table that is not there is told', async () => {
    const stops = createDynamoStops(client, 'no-such-table', { stage: 'test', rule: 'one' });
    await expect(stops.read({ topic: 'tp1', partition: 0 })).rejects.toMatchObject({ code: 'LedgerMissing' });
  });
});

describeWith('kafka', "stops in the metadata of a group's offsets", ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const topic = `stops-${randomUUID()}`;
  beforeAll(async () => {
    const admin = await openAdmin(endpoint);
    await admin.createTopic(topic, 2);
    await admin.close();
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: false });
    await producer.connect();
    await producer.send(recordsOf(Array.from({ length: 40 }, (_, i) => `v${i}`)), SOURCE);
    await producer.close();
  });
  afterAll(async () => {
    const admin = await openAdmin(endpoint);
    await admin.deleteTopic(topic);
    await admin.close();
  });

  test('a running member puts them; whoever comes later reads, lists and resumes them', async () => {
    const group = randomUUID();
    const outside = createGroupOffsetAdmin(endpoint, group);
    let put: () => void = () => undefined;
    const stood = new Promise<void>((resolve) => {
      put = resolve;
    });
    const consumer: TopicConsumer = new TopicConsumer({
      endpoint,
      topic,
      group,
      from: 'earliest',
      maxWaitMs: 50,
      concurrency: 1,
      begin: async () => undefined,
      notice: () => undefined,
      each: async ({ partition }) => {
        const member = createGroupStops(
          { read: outside.read, commit: (at, offset, metadata) => consumer.commit(at.partition, offset, metadata) },
          [topic],
        );
        if (partition === 0) {
          await member.put(stopAt(topic, 2));
          put();
        }
        return false;
      },
    });
    await consumer.start();
    await stood;
    await consumer.stop();
    const stops = createGroupStops(
      { read: outside.read, commit: (at, offset) => outside.set(at.topic, at.partition, offset) },
      [topic],
    );
    const here = { topic, partition: 0 };
    expect(await stops.read(here)).toEqual(stopAt(topic, 2));
    expect(await stops.read({ topic, partition: 1 })).toBeUndefined();
    expect(await stops.list()).toEqual([stopAt(topic, 2)]);
    expect(await stops.resume(here)).toEqual(stopAt(topic, 2));
    expect(await stops.list()).toEqual([]);
    // It goes on at the message that it stood at.
    expect((await outside.read(topic)).get(0)?.offset).toBe(2);
    await outside.close();
  });
});
