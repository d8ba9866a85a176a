/** A topic whose transactions were aborted, sent again, and lie across each other: each record is in the table once. */
import { randomUUID } from 'node:crypto';
import { createChannels } from '../../lib/kafka/channel.ts';
import type { Provenance } from '../../lib/kafka/contract.ts';
import type { TransactionalChannel } from '../../lib/ledger/contract.ts';
import { EventSource } from '../support/event-source.ts';
import { recordsOf, SOURCE } from '../support/kafka.ts';
import { PostgresSinkScene, type RuleText } from '../support/postgres/sink-scene.ts';
import { RawTopics } from '../support/raw-topics.ts';
import { describeWith } from '../support/stack.ts';

const OTHER = { ...SOURCE, key: 'access/2.csv' };
const INSERT = { mode: 'insert' };

const valuesOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ id: from + i, amount: 1 }));
const idsOf = (...ranges: readonly (readonly [from: number, count: number])[]) =>
  ranges.flatMap(([from, count]) => Array.from({ length: count }, (_, i) => from + i));

describeWith(['kafka', 'postgres'], 'a sink of what exports send', ({ kafka: { brokers }, postgres }) => {
  const topics = new RawTopics(brokers, 'transactions');
  const open: TransactionalChannel[] = [];
  beforeAll(() => topics.open());
  afterAll(async () => {
    await Promise.all(open.map((channel) => channel.drop()));
    await topics.close();
  });

  /** Runs of an export, each of which is one transactional id; a second run of one id ends what the first one left open. */
  function exportsTo(topic: string) {
    const channelOf = createChannels({ endpoint: topics.endpoint, topic, compression: 'none', headers: true });
    return async (id: string) => {
      const channel = channelOf(`sluice.test.${topic}.${id}`);
      open.push(channel);
      await channel.connect();
      const begin = async (values: readonly string[], at: number, source: Provenance = SOURCE) => {
        await channel.begin();
        await channel.send(recordsOf(values, at), source);
      };
      return { begin, commit: () => channel.commit() };
    };
  }

  /** 30 records of an object and 5 of another, of which 10 were sent twice in overlapping transactions and 10 after an abort. */
  async function written(): Promise<string> {
    const topic = await topics.create();
    const run = exportsTo(topic);
    const paused = await run('paused');
    await paused.begin(valuesOf(0, 10), 0);
    const other = await run('other');
    await other.begin(valuesOf(100, 5), 0, OTHER);
    const successor = await run('successor');
    await successor.begin(valuesOf(0, 10), 0);
    await other.commit();
    await successor.commit();
    await run('paused');
    await successor.begin(valuesOf(10, 10), 1_000);
    const again = await run('successor');
    await again.begin(valuesOf(10, 10), 1_000);
    await again.commit();
    await again.begin(valuesOf(20, 10), 2_000);
    await again.commit();
    return topic;
  }
  const ALL = idsOf([0, 30], [100, 5]);

  async function sceneOf(topic: string, rule: RuleText = INSERT): Promise<PostgresSinkScene> {
    const scene = new PostgresSinkScene({ brokers, topic, url: postgres.url });
    // Without a key: a row that is written twice is there twice.
    await scene.open('id int, amount int CHECK (amount >= 0)', rule);
    return scene;
  }

  const settled = async ({ schema }: PostgresSinkScene) =>
    (await schema.sql<{ next: number }>('SELECT next_offset::int AS next FROM %.sluice_offsets')).map(
      ({ next }) => next,
    );

  /** The offset behind the last message; the marker of its transaction stands there. */
  const behindLast = async (topic: string) => {
    const [partition] = await topics.admin.offsets(topic);
    return Number(partition?.high) - 1;
  };

  test('sluice run reads what is committed, once, and goes on behind the markers', async () => {
    const topic = await written();
    const scene = await sceneOf(topic);
    const counts = { read: 35, written: 35, repeated: 0, failed: 0 };
    expect((await scene.sluice('run')).said).toMatchObject({ ended: 'idle', ...counts });
    expect(await scene.ids()).toEqual(ALL);
    expect(await settled(scene)).toEqual([await behindLast(topic)]);
    expect((await scene.sluice('run')).said).toMatchObject({ ended: 'idle', read: 0, written: 0 });
    const late = await exportsTo(topic)(randomUUID());
    await late.begin(valuesOf(30, 3), 3_000);
    await late.commit();
    expect((await scene.sluice('run')).said).toMatchObject({ read: 3, written: 3 });
    expect(await scene.ids()).toEqual(idsOf([0, 33], [100, 5]));
    await scene.close();
  });

  test.each([
    ['what is committed', false, undefined],
    ['what is committed, a few at a time', false, 7],
    ['aborted records too', true, undefined],
    ['aborted records too, a few at a time', true, 7],
    ['aborted records too, one at a time', true, 1],
  ])('the function, whose poller hands over %s', async (_, readUncommitted, batchSize) => {
    const topic = await written();
    const scene = await sceneOf(topic);
    const source = new EventSource({
      endpoint: topics.endpoint,
      topic,
      readUncommitted,
      ...(batchSize !== undefined && { batchSize }),
    });
    expect(await source.poll(scene.invoke)).toBeUndefined();
    const read = scene.runs.reduce((sum, run) => sum + run.read, 0);
    expect(read).toBe(readUncommitted ? 55 : 35);
    expect(await scene.ids()).toEqual(ALL);
    expect(await settled(scene)).toEqual([await behindLast(topic)]);
    // What AWS has called with once it may call with again, in whatever order.
    for (const event of source.events.toReversed()) await scene.invoke(event);
    expect(await scene.ids()).toEqual(ALL);
    await scene.close();
  });

  test('the function begins with a poller of one kind and goes on with one of the other', async () => {
    const topic = await written();
    const scene = await sceneOf(topic);
    const { endpoint } = topics;
    await new EventSource({ endpoint, topic }).poll(scene.invoke);
    await new EventSource({ endpoint, topic, readUncommitted: true }).poll(scene.invoke);
    expect(await scene.ids()).toEqual(ALL);
    await scene.close();
  });

  test('a bad message behind markers is told at its own offset, and gone on from there', async () => {
    const topic = await topics.create();
    const message = (id: number, amount = 1) => ({ value: JSON.stringify({ id, amount }) });
    await topics.transact(topic, [
      [message(1), 'commit'],
      [message(2), 'abort'],
      [message(2, -1), 'commit'],
      [message(3), 'commit'],
    ]);
    const scene = await sceneOf(topic, { ...INSERT, onError: 'retain' });
    expect((await scene.sluice('run')).said).toMatchObject({ ended: 'stopped', stops: [{ offset: 4 }], written: 1 });
    expect(await settled(scene)).toEqual([4]);
    await scene.schema.sql('ALTER TABLE %.t DROP CONSTRAINT t_amount_check');
    await scene.sluice('resume', '--yes');
    expect((await scene.sluice('run')).said).toMatchObject({ ended: 'idle', written: 2, repeated: 0 });
    expect(await scene.ids()).toEqual([1, 2, 3]);
    await scene.close();
  });
});
