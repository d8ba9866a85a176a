/** Transactions over the real broker: who is fenced, what is seen, and what a group remembers. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { type ChannelInternals, createChannels } from '../../lib/kafka/channel.ts';
import { createClient } from '../../lib/kafka/connection.ts';
import type { KafkaEndpoint, RecordBatch } from '../../lib/kafka/contract.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import { encodedMessages, plainMessages } from '../../lib/kafka/messages.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll, type KafkaMessage } from '../../lib/kafka/reading.ts';
import type { TransactionalChannel } from '../../lib/ledger/contract.ts';
import { failureOf } from '../support/failure.ts';
import { cuttableNetwork, plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { column } from '../support/rows.ts';
import { describeWith, ownBroker } from '../support/stack.ts';

const METADATA = JSON.stringify({ v: 1, counts: { scanned: 3 }, note: 'ü "quoted"' });

describeWith('kafka', 'transactions', ({ kafka: { brokers, secured } }) => {
  const endpoint = plaintext(brokers);
  const open: TransactionalChannel[] = [];
  let admin: KafkaAdmin;
  let topic: string;
  beforeAll(async () => {
    admin = await openAdmin(endpoint);
  });
  beforeEach(async () => {
    topic = `channel-${randomUUID()}`;
    await admin.createTopic(topic, 3);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((channel) => channel.drop()));
    await admin.deleteTopic(topic);
  });
  afterAll(() => admin.close());

  const newId = () => `sluice.test.channel.${randomUUID()}`;
  function channelOf(id: string, internals: ChannelInternals = {}, to: KafkaEndpoint = endpoint): TransactionalChannel {
    const channel = createChannels({ endpoint: to, topic, compression: 'none', headers: true }, internals)(id);
    open.push(channel);
    return channel;
  }
  async function connectedChannel(id: string, internals?: ChannelInternals): Promise<TransactionalChannel> {
    const channel = channelOf(id, internals);
    await channel.connect();
    return channel;
  }
  async function transact(channel: TransactionalChannel, values: readonly string[], offset: number) {
    await channel.begin();
    await channel.send(recordsOf(values), SOURCE);
    await channel.sendOffsets(offset, METADATA);
    await channel.commit();
  }
  const seen = (count = 0, name = topic) => committed(endpoint, name, count);

  test('records and offset appear together, with the commit, and the metadata as it was', async () => {
    const id = newId();
    const channel = await connectedChannel(id);
    expect(await channel.readOffset()).toBeUndefined();
    await channel.begin();
    expect(await channel.send(recordsOf(['a', 'b']), SOURCE)).toEqual({ records: 2, bytes: 2 });
    await channel.sendOffsets(2 ** 40 + 1, METADATA);
    expect(await seen()).toEqual([]);
    expect(await channel.readOffset()).toBeUndefined();
    await channel.commit();
    expect(await seen(2)).toEqual(['a', 'b']);
    expect(await channel.readOffset()).toEqual({ offset: 2 ** 40 + 1, metadata: METADATA });
  });

  test('one channel serves many transactions, and a later offset may be a smaller one', async () => {
    const channel = await connectedChannel(newId());
    const values = Array.from({ length: 20 }, (_, i) => `v${String(i).padStart(2, '0')}`);
    for (const [i, value] of values.entries()) await transact(channel, [value], 20 - i);
    expect(await seen(20)).toEqual(values);
    expect(await channel.readOffset()).toEqual({ offset: 1, metadata: METADATA });
  });

  test('an offset alone is a transaction, again and again', async () => {
    const channel = await connectedChannel(newId());
    for (const offset of [0, 1, 2]) {
      await channel.begin();
      await channel.sendOffsets(offset, '');
      await channel.commit();
    }
    expect(await channel.readOffset()).toEqual({ offset: 2, metadata: '' });
  });

  test('dead letters go with the transaction', async () => {
    const dead = `${topic}.dead`;
    await admin.createTopic(dead, 2);
    const channel = await connectedChannel(newId());
    await channel.begin();
    await channel.send(recordsOf(['good']), SOURCE);
    await channel.sendTo(dead, [{ value: Buffer.from('bad'), headers: { reason: 'CastFailed' } }]);
    await channel.sendOffsets(1, '');
    expect(await seen(0, dead)).toEqual([]);
    await channel.commit();
    expect(await seen(1, dead)).toEqual(['bad']);
    expect(await seen(1)).toEqual(['good']);
    await admin.deleteTopic(dead);
  });

  test.each(['send', 'sendOffsets', 'commit'] as const)('who is fenced hears of it at %s', async (step) => {
    const id = newId();
    const first = await connectedChannel(id);
    await transact(first, ['committed'], 1);
    await first.begin();
    if (step !== 'send') await first.send(recordsOf(['lost']), SOURCE);
    if (step === 'commit') await first.sendOffsets(2, METADATA);
    const second = await connectedChannel(id);
    const refused = await failureOf(
      step === 'send'
        ? first.send(recordsOf(['lost']), SOURCE)
        : step === 'sendOffsets'
          ? first.sendOffsets(2, METADATA)
          : first.commit(),
    );
    expect(refused).toMatchObject({ code: 'ProducerFenced', stage: 'kafka', context: { topic } });
    expect(refused.message).toContain(id);
    expect(await second.readOffset()).toEqual({ offset: 1, metadata: METADATA });
    await transact(second, ['next'], 3);
    expect(await seen(2)).toEqual(['committed', 'next']);
  });

  test('nothing is sent through a channel that failed, whatever is asked of it', async () => {
    const id = newId();
    const first = await connectedChannel(id);
    await first.begin();
    const second = await connectedChannel(id);
    const failure = await failureOf(first.send(recordsOf(['lost']), SOURCE));
    for (const call of [
      () => first.send(recordsOf(['lost']), SOURCE),
      () => first.sendOffsets(1, ''),
      () => first.commit(),
      () => first.begin(),
      () => first.connect(),
      () => first.readOffset(),
    ]) {
      expect(await failureOf(call())).toBe(failure);
    }
    await transact(second, ['next'], 1);
    expect(await seen(1)).toEqual(['next']);
  });

  test('what a dropped channel had begun is aborted by the next connect of its id', async () => {
    const id = newId();
    const first = await connectedChannel(id);
    await first.begin();
    await first.send(recordsOf(['lost']), SOURCE);
    await first.sendOffsets(7, METADATA);
    await first.drop();
    // Held back from readers by the open transaction, until somebody settles it.
    await transact(await connectedChannel(newId()), ['behind'], 1);
    expect(await seen()).toEqual([]);
    const second = await connectedChannel(id);
    expect(await second.readOffset()).toBeUndefined();
    expect(await seen(1)).toEqual(['behind']);
  });

  test('a drop under way ends what is under way, and neither sends nor connects again', async () => {
    const network = cuttableNetwork();
    let connections = 0;
    const channel = await connectedChannel(newId(), {
      socketFactory: (asked) => {
        connections++;
        return network.socketFactory(asked);
      },
    });
    await channel.begin();
    const sending = failureOf(channel.send(recordsOf(['lost']), SOURCE));
    const waiting = failureOf(channel.sendOffsets(1, ''));
    await channel.drop();
    const before = connections;
    expect(await sending).toMatchObject({ code: 'ChannelDropped', retryable: true });
    expect(await waiting).toBe(await sending);
    await channel.drop();
    expect(connections).toBe(before);
    expect(await seen()).toEqual([]);
  });

  test('a channel that was never connected is dropped as well', () => channelOf(newId()).drop());

  test('a transaction that outlives its time-out is the broker’s to abort, and holds nobody back', async () => {
    const channel = await connectedChannel(newId(), { transactionTimeoutMs: 1_000 });
    await channel.begin();
    await channel.send(recordsOf(['lost']), SOURCE);
    const other = await connectedChannel(newId());
    await transact(other, ['behind'], 1);
    expect(await seen(1)).toEqual(['behind']);
    expect(await failureOf(channel.commit())).toMatchObject({ code: 'ProducerFenced', fix: expect.any(String) });
  });

  test('a time-out that the broker does not take is named', async () => {
    const error = await failureOf(channelOf(newId(), { transactionTimeoutMs: 100_000_000 }).connect());
    expect(error).toMatchObject({ code: 'TransactionTimeoutRefused', retryable: false });
    expect(error.fix).toContain('transaction.max.timeout.ms');
  });

  test('a network that broke with the commit on its way: whether it counts, the next one knows', async () => {
    const id = newId();
    const network = cuttableNetwork();
    const first = await connectedChannel(id, {
      socketFactory: network.socketFactory,
      retry: { retries: 1, initialRetryTime: 10 },
    });
    await first.begin();
    await first.send(recordsOf(['a']), SOURCE);
    await first.sendOffsets(1, METADATA);
    const END_TXN = 26;
    network.cutAfter((chunk) => chunk.readInt16BE(4) === END_TXN);
    expect(await failureOf(first.commit())).toMatchObject({ code: 'ConnectionClosed', retryable: true });
    await first.drop();
    const second = await connectedChannel(id);
    const checkpoint = await second.readOffset();
    expect(await seen(checkpoint === undefined ? 0 : 1)).toEqual(checkpoint === undefined ? [] : ['a']);
  });

  test('a record over the limit fails before anything of its batch is sent', async () => {
    await admin.deleteTopic(topic);
    await admin.createTopic(topic, 1, { 'max.message.bytes': '20000' });
    const channel = await connectedChannel(newId());
    const batch = recordsOf(['a', 'b'.repeat(20_000)]);
    expect(channel.oversized(batch, SOURCE)).toEqual([1]);
    await channel.begin();
    expect(await failureOf(channel.send(batch, SOURCE))).toMatchObject({ code: 'RecordTooLarge' });
    await failureOf(channel.commit());
  });

  test('an unknown topic is named', async () => {
    const channel = createChannels({ endpoint, topic: 'no-such-topic', compression: 'none', headers: true })(newId());
    open.push(channel);
    const error = await failureOf(channel.connect());
    expect(error).toMatchObject({ code: 'MissingTopic', context: { topic: 'no-such-topic' } });
  });

  test('encoded or plain, in a transaction or not: the same records', async () => {
    const count = 3_000;
    const batch: RecordBatch = {
      count,
      values: column(Array.from({ length: count }, (_, i) => JSON.stringify({ id: i, uri: `/ü/${i}` }))),
      keys: column(Array.from({ length: count }, (_, i) => `key-${i % 50}`)),
      keyNulls: Uint8Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 1 : 0)),
      offsets: Float64Array.from({ length: count }, (_, i) => i * 999),
    };
    const made: string[] = [];
    const read = [];
    for (const way of ['encoded', 'plain', 'no transaction'] as const) {
      const name = `${topic}.${way.replace(' ', '-')}`;
      await admin.createTopic(name, 6);
      made.push(name);
      const options = { endpoint, topic: name, compression: 'gzip', headers: true } as const;
      if (way === 'no transaction') {
        const producer = createProducer(options);
        await producer.send(batch, SOURCE);
        await producer.close();
      } else {
        const channel = createChannels(options, { carrier: way === 'plain' ? plainMessages : encodedMessages })(
          newId(),
        );
        await channel.connect();
        await channel.begin();
        await channel.send({ ...batch, behind: 1_000 }, SOURCE);
        await channel.send({ ...batch, first: 1_000 }, SOURCE);
        await channel.commit();
        await channel.drop();
      }
      const messages: KafkaMessage[] = [];
      await consumeAll(endpoint, name, (message) => messages.push(message), { enough: (n) => n >= count });
      messages.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
      read.push(
        messages.map(({ partition, key, value, headers }) => ({
          partition,
          key: key && String(key),
          value: String(value),
          headers: Object.entries(headers).map(([header, item]) => `${header}=${String(item)}`),
        })),
      );
    }
    for (const name of made) await admin.deleteTopic(name);
    expect(read[0]).toHaveLength(count);
    expect(read[1]).toEqual(read[0]);
    expect(read[2]).toEqual(read[0]);
  });

  describe('groups', () => {
    test('are listed by their beginning, read without being fenced, and removed', async () => {
      const directory = createGroupDirectory(endpoint, topic);
      const prefix = `sluice.test.${randomUUID()}.`;
      const channels = await Promise.all(['a', 'b'].map((name) => connectedChannel(prefix + name)));
      for (const [i, channel] of channels.entries()) await transact(channel, [String(i)], i + 10);
      expect((await directory.list(prefix)).toSorted()).toEqual([`${prefix}a`, `${prefix}b`]);
      expect(await directory.read(`${prefix}b`)).toEqual({ offset: 11, metadata: METADATA });
      expect(await directory.read(`${prefix}c`)).toBeUndefined();
      await directory.remove([`${prefix}a`, `${prefix}never-there`]);
      expect(await directory.list(prefix)).toEqual([`${prefix}b`]);
      expect(await directory.read(`${prefix}a`)).toBeUndefined();
      await transact(channels[1]!, ['still mine'], 12);
      await directory.remove([`${prefix}a`, `${prefix}b`]);
      expect(await directory.list(prefix)).toEqual([]);
      await directory.close();
    });

    test('that somebody has joined are not removed', async () => {
      const directory = createGroupDirectory(endpoint, topic);
      const id = newId();
      const consumer = createClient(endpoint).consumer({ groupId: id });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
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
      const directory = createGroupDirectory(endpoint, topic, options);
      network.cut();
      expect(await failureOf(directory.read(newId()))).toMatchObject({ stage: 'kafka', retryable: true });
      network.mend();
      expect(await directory.read(newId())).toBeUndefined();
      await directory.close();
    });
  });

  if (secured === undefined) return;
  describe('without the rights', () => {
    const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
    const guest: KafkaEndpoint = {
      brokers: secured.sasl,
      clientId: 'sluice-test',
      auth: { mechanism: 'plain', ...secured.guest },
    };
    const owner = createClient(endpoint).admin();
    const right = (kind: 'TOPIC' | 'TRANSACTIONAL_ID', name: string, operation: 'WRITE' | 'DESCRIBE') => ({
      resourceType: AclResourceTypes[kind],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${secured.guest.username}`,
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    });
    beforeAll(() => owner.connect());
    afterAll(() => owner.disconnect());

    test('on the transactional id: the error names it and the command that gives them', async () => {
      const id = newId();
      const error = await failureOf(channelOf(id, {}, guest).connect());
      expect(error).toMatchObject({ code: 'TransactionalIdDenied', retryable: false });
      expect(error.message).toContain(id);
      expect(error.fix).toContain('--operation Write --operation Describe --transactional-id sluice.');
    });

    test('on the group: the same', async () => {
      const id = newId();
      const acl = [
        right('TRANSACTIONAL_ID', id, 'WRITE'),
        right('TRANSACTIONAL_ID', id, 'DESCRIBE'),
        right('TOPIC', topic, 'DESCRIBE'),
      ];
      await owner.createAcls({ acl });
      try {
        const channel = channelOf(id, {}, guest);
        await channel.connect();
        const error = await failureOf(channel.readOffset());
        expect(error).toMatchObject({ code: 'GroupDenied', retryable: false });
        expect(error.fix).toContain('--operation Read --group sluice.');
      } finally {
        await owner.deleteAcls({ filters: acl });
      }
    });
  });
});

// Gated by the shared broker: what its own needs of this machine is the same.
describeWith('kafka', 'the first transaction of a broker that has just started', () => {
  const stack = ownBroker('channel-test', 4000);
  afterAll(() => stack.down());

  test('goes through, though no coordinator is there yet', async () => {
    const endpoint = plaintext((await stack.up(['kafka'])).endpoints.kafka!.brokers);
    const admin = await openAdmin(endpoint);
    await admin.createTopic('records', 1);
    await admin.close();
    const id = 'sluice.test.first';
    const channel = createChannels({ endpoint, topic: 'records', compression: 'none', headers: true })(id);
    await channel.connect();
    await channel.begin();
    await channel.send(recordsOf(['a']), SOURCE);
    // The group's coordinator is looked for here for the first time.
    await channel.sendOffsets(1, METADATA);
    await channel.commit();
    await channel.drop();

    await stack.stop('kafka');
    await stack.start('kafka');
    const next = createChannels({ endpoint, topic: 'records', compression: 'none', headers: true })(id);
    await next.connect();
    expect(await next.readOffset()).toEqual({ offset: 1, metadata: METADATA });
    await next.drop();
    expect(await committed(endpoint, 'records', 1)).toEqual(['a']);
  });
});

/**
 * The values that a read_committed reader sees, sorted. It waits until there are `count`: a commit is answered before its
 * markers stand in the partitions.
 */
async function committed(endpoint: KafkaEndpoint, topic: string, count: number): Promise<string[]> {
  const values: string[] = [];
  await consumeAll(endpoint, topic, ({ value }) => values.push(String(value)), { enough: (seen) => seen >= count });
  return values.sort();
}
