/** What the groups of transactional channels remember: listed, read and removed from outside. */
import { randomUUID } from 'node:crypto';
import { createClient } from '../../lib/kafka/connection.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import { Channels, METADATA, newId, transact } from '../support/channels.ts';
import { failureOf } from '../support/failure.ts';
import { cuttableNetwork } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'groups of transactional channels', ({ kafka: { brokers } }) => {
  const channels = new Channels(brokers);
  beforeAll(() => channels.topics.open());
  beforeEach(() => channels.begin());
  afterEach(() => channels.end());
  afterAll(() => channels.topics.close());

  test('are listed by their beginning, read without being fenced, and removed', async () => {
    const directory = createGroupDirectory(channels.topics.endpoint, channels.topic);
    const prefix = `sluice.test.${randomUUID()}.`;
    const [a, b] = [await channels.connected(`${prefix}a`), await channels.connected(`${prefix}b`)];
    await transact(a, ['0'], 10);
    await transact(b, ['1'], 11);
    expect((await directory.list(prefix)).toSorted()).toEqual([`${prefix}a`, `${prefix}b`]);
    expect(await directory.read(`${prefix}b`)).toEqual({ offset: 11, metadata: METADATA });
    expect(await directory.read(`${prefix}c`)).toBeUndefined();
    await directory.remove([`${prefix}a`, `${prefix}never-there`]);
    expect(await directory.list(prefix)).toEqual([`${prefix}b`]);
    expect(await directory.read(`${prefix}a`)).toBeUndefined();
    await transact(b, ['still mine'], 12);
    await directory.remove([`${prefix}a`, `${prefix}b`]);
    expect(await directory.list(prefix)).toEqual([]);
    await directory.close();
  });

  test('that somebody has joined are not removed', async () => {
    const directory = createGroupDirectory(channels.topics.endpoint, channels.topic);
    const id = newId();
    const consumer = createClient(channels.topics.endpoint).consumer({ groupId: id });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.connect();
    await consumer.subscribe({ topics: [channels.topic] });
    await consumer.run({ eachBatch: async () => undefined });
    await joined;
    expect(await failureOf(directory.remove([id]))).toMatchObject({ code: 'GroupInUse', retryable: true });
    await consumer.disconnect();
    await directory.remove([id]);
    await directory.close();
  });

  test('that cannot be reached are asked for anew at the next call', async () => {
    const network = cuttableNetwork();
    const options = { socketFactory: network.socketFactory, retry: { retries: 1, initialRetryTime: 10 } };
    const directory = createGroupDirectory(channels.topics.endpoint, channels.topic, options);
    network.cut();
    expect(await failureOf(directory.read(newId()))).toMatchObject({ stage: 'kafka', retryable: true });
    network.mend();
    expect(await directory.read(newId())).toBeUndefined();
    await directory.close();
  });
});
