/** Transactions over the real broker: who is fenced, what is seen, and what is remembered. */
import { createChannels } from '../../lib/kafka/channel.ts';
import type { RecordBatch } from '../../lib/kafka/contract.ts';
import { encodedMessages, plainMessages } from '../../lib/kafka/messages.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll, type KafkaMessage } from '../../lib/kafka/reading.ts';
import { Channels, METADATA, newId, transact } from '../support/channels.ts';
import { failureOf } from '../support/failure.ts';
import { cuttableNetwork, recordsOf, SOURCE } from '../support/kafka.ts';
import { column } from '../support/rows.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'transactions', ({ kafka: { brokers } }) => {
  const channels = new Channels(brokers);
  beforeAll(() => channels.topics.open());
  beforeEach(() => channels.begin());
  afterEach(() => channels.end());
  afterAll(() => channels.topics.close());

  test('records and offset appear together, with the commit, and the metadata as it was', async () => {
    const id = newId();
    const channel = await channels.connected(id);
    expect(await channel.readOffset()).toBeUndefined();
    await channel.begin();
    expect(await channel.send(recordsOf(['a', 'b']), SOURCE)).toEqual({ records: 2, bytes: 2 });
    await channel.sendOffsets(2 ** 40 + 1, METADATA);
    expect(await channels.seen()).toEqual([]);
    expect(await channel.readOffset()).toBeUndefined();
    await channel.commit();
    expect(await channels.seen(2)).toEqual(['a', 'b']);
    expect(await channel.readOffset()).toEqual({ offset: 2 ** 40 + 1, metadata: METADATA });
  });

  test('one channel serves many transactions, and a later offset may be a smaller one', async () => {
    const channel = await channels.connected(newId());
    const values = Array.from({ length: 20 }, (_, i) => `v${String(i).padStart(2, '0')}`);
    for (const [i, value] of values.entries()) await transact(channel, [value], 20 - i);
    expect(await channels.seen(20)).toEqual(values);
    expect(await channel.readOffset()).toEqual({ offset: 1, metadata: METADATA });
  });

  test('an offset alone is a transaction, again and again', async () => {
    const channel = await channels.connected(newId());
    for (const offset of [0, 1, 2]) {
      await channel.begin();
      await channel.sendOffsets(offset, '');
      await channel.commit();
    }
    expect(await channel.readOffset()).toEqual({ offset: 2, metadata: '' });
  });

  test('dead letters go with the transaction', async () => {
    const dead = await channels.topics.create(2);
    const channel = await channels.connected(newId());
    await channel.begin();
    await channel.send(recordsOf(['good']), SOURCE);
    await channel.sendTo(dead, [{ value: Buffer.from('bad'), headers: { reason: 'CastFailed' } }]);
    await channel.sendOffsets(1, '');
    expect(await channels.seen(0, dead)).toEqual([]);
    await channel.commit();
    expect(await channels.seen(1, dead)).toEqual(['bad']);
    expect(await channels.seen(1)).toEqual(['good']);
  });

  test.each(['send', 'sendOffsets', 'commit'] as const)('who is fenced hears of it at %s', async (step) => {
    const id = newId();
    const first = await channels.connected(id);
    await transact(first, ['committed'], 1);
    await first.begin();
    if (step !== 'send') await first.send(recordsOf(['lost']), SOURCE);
    if (step === 'commit') await first.sendOffsets(2, METADATA);
    const second = await channels.connected(id);
    const refused = await failureOf(
      step === 'send'
        ? first.send(recordsOf(['lost']), SOURCE)
        : step === 'sendOffsets'
          ? first.sendOffsets(2, METADATA)
          : first.commit(),
    );
    expect(refused).toMatchObject({ code: 'ProducerFenced', stage: 'kafka', context: { topic: channels.topic } });
    expect(refused.message).toContain(id);
    expect(await second.readOffset()).toEqual({ offset: 1, metadata: METADATA });
    await transact(second, ['next'], 3);
    expect(await channels.seen(2)).toEqual(['committed', 'next']);
  });

  test('nothing is sent through a channel that failed, whatever is asked of it', async () => {
    const id = newId();
    const first = await channels.connected(id);
    await first.begin();
    const second = await channels.connected(id);
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
    expect(await channels.seen(1)).toEqual(['next']);
  });

  test('what a dropped channel had begun is aborted by the next connect of its id', async () => {
    const id = newId();
    const first = await channels.connected(id);
    await first.begin();
    await first.send(recordsOf(['lost']), SOURCE);
    await first.sendOffsets(7, METADATA);
    await first.drop();
    // Held back from readers by the open transaction, until somebody settles it.
    await transact(await channels.connected(newId()), ['behind'], 1);
    expect(await channels.seen()).toEqual([]);
    const second = await channels.connected(id);
    expect(await second.readOffset()).toBeUndefined();
    expect(await channels.seen(1)).toEqual(['behind']);
  });

  test('a drop under way ends what is under way, and neither sends nor connects again', async () => {
    const network = cuttableNetwork();
    let connections = 0;
    const channel = await channels.connected(newId(), {
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
    expect(await channels.seen()).toEqual([]);
  });

  test('a channel that was never connected is dropped as well', () => channels.of(newId()).drop());

  test('a transaction that outlives its time-out is the broker’s to abort, and holds nobody back', async () => {
    const channel = await channels.connected(newId(), { transactionTimeoutMs: 1_000 });
    await channel.begin();
    await channel.send(recordsOf(['lost']), SOURCE);
    const other = await channels.connected(newId());
    await transact(other, ['behind'], 1);
    expect(await channels.seen(1)).toEqual(['behind']);
    expect(await failureOf(channel.commit())).toMatchObject({ code: 'ProducerFenced', fix: expect.any(String) });
  });

  test('a time-out that the broker does not take is named', async () => {
    const error = await failureOf(channels.of(newId(), { transactionTimeoutMs: 100_000_000 }).connect());
    expect(error).toMatchObject({ code: 'TransactionTimeoutRefused', retryable: false });
    expect(error.fix).toContain('transaction.max.timeout.ms');
  });

  test('a network that broke with the commit on its way: whether it counts, the next one knows', async () => {
    const id = newId();
    const network = cuttableNetwork();
    const first = await channels.connected(id, {
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
    const second = await channels.connected(id);
    const checkpoint = await second.readOffset();
    expect(await channels.seen(checkpoint === undefined ? 0 : 1)).toEqual(checkpoint === undefined ? [] : ['a']);
  });

  test('a record over the limit fails before anything of its batch is sent', async () => {
    await channels.begin(1, { 'max.message.bytes': '20000' });
    const channel = await channels.connected(newId());
    const batch = recordsOf(['a', 'b'.repeat(20_000)]);
    expect(channel.oversized(batch, SOURCE)).toEqual([1]);
    await channel.begin();
    expect(await failureOf(channel.send(batch, SOURCE))).toMatchObject({ code: 'RecordTooLarge' });
    await failureOf(channel.commit());
  });

  test('an unknown topic is named', async () => {
    const error = await failureOf(channels.of(newId(), {}, { topic: 'no-such-topic' }).connect());
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
    const { endpoint } = channels.topics;
    const read = [];
    for (const way of ['encoded', 'prepared', 'plain', 'no transaction'] as const) {
      const topic = await channels.topics.create(6);
      const options = { endpoint, topic, compression: 'gzip', headers: true } as const;
      if (way === 'no transaction') {
        const producer = createProducer(options);
        await producer.send(batch, SOURCE);
        await producer.close();
      } else {
        const channel = createChannels(options, { carrier: way === 'plain' ? plainMessages : encodedMessages })(
          newId(),
        );
        const parts = [
          { ...batch, behind: 1_000 },
          { ...batch, first: 1_000 },
        ];
        await channel.connect();
        if (way === 'prepared') for (const part of parts) channel.prepare(part, SOURCE);
        await channel.begin();
        for (const part of parts) await channel.send(part, SOURCE);
        await channel.commit();
        await channel.drop();
      }
      const messages: KafkaMessage[] = [];
      await consumeAll(endpoint, topic, (message) => messages.push(message), { enough: (n) => n >= count });
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
    expect(read[0]).toHaveLength(count);
    for (const other of read) expect(other).toEqual(read[0]);
  });
});
