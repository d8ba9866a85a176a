import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import { openAdmin } from '../../lib/kafka/admin.ts';
import type { RecordBatch, RecordCompression } from '../../lib/kafka/contract.ts';
import { encodedMessages, plainMessages } from '../../lib/kafka/messages.ts';
import { keyedPartition, objectSeed, stripedPartition } from '../../lib/kafka/partition.ts';
import { createProducer, type ProducerInternals } from '../../lib/kafka/producer.ts';
import { consumeAll, type KafkaMessage } from '../../lib/kafka/reading.ts';
import { failureOf } from '../support/failure.ts';
import { cuttableNetwork, plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { column } from '../support/rows.ts';
import { describeWith } from '../support/stack.ts';
import { Topics } from '../support/topics.ts';

const BRIEF = { retries: 2, initialRetryTime: 20, maxRetryTime: 50 };
const PATIENT = { retries: 40, initialRetryTime: 20, maxRetryTime: 200 };

const texts = (messages: readonly KafkaMessage[]) => messages.map(({ value }) => String(value));
const line = (i: number) => JSON.stringify({ id: i, status: 200 + (i % 400), uri: `/api/items/${i}/ü` });
const lines = (count: number, from = 0) => Array.from({ length: count }, (_, i) => line(from + i));

describeWith('kafka', 'records into Kafka', ({ kafka: { brokers } }) => {
  const topics = new Topics(brokers, 'produce');
  const { endpoint } = topics;
  beforeAll(() => topics.open());
  afterAll(() => topics.close());

  async function readBack(topic: string): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    await consumeAll(endpoint, topic, (message) => messages.push(message));
    return messages.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  }

  const producerOf = (
    topic: string,
    {
      compression = 'none' as RecordCompression,
      headers = true,
      ...internals
    }: ProducerInternals & { compression?: RecordCompression; headers?: boolean } = {},
  ) => createProducer({ endpoint, topic, compression, headers }, internals);

  describe('what goes in comes out', () => {
    const keyed: RecordBatch = {
      count: 3000,
      values: column(lines(3000)),
      keys: column(Array.from({ length: 3000 }, (_, i) => `key-${i % 500}`)),
      keyNulls: Uint8Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
      offsets: Float64Array.from({ length: 3000 }, (_, i) => i * 999),
    };
    const zstd = 'zstdCompress' in zlib;
    const compressions: RecordCompression[] = ['none', 'gzip', 'snappy', 'lz4', ...(zstd ? (['zstd'] as const) : [])];

    test.each(compressions)('with %s, as encoded batches and as plain messages alike', async (compression) => {
      const read = [];
      for (const carrier of [encodedMessages, plainMessages]) {
        const topic = await topics.create(6);
        const producer = producerOf(topic, { compression, carrier });
        expect(await producer.send(keyed, SOURCE)).toEqual({
          records: 3000,
          bytes: keyed.values.ends[2999]! + keyedBytes(keyed),
        });
        await producer.close();
        read.push((await readBack(topic)).map(({ timestamp: _, ...message }) => message));
      }
      expect(read[0]).toHaveLength(3000);
      expect(read[0]).toEqual(read[1]);
    });

    test('each record carries where it came from, and lies where key or offset put it', async () => {
      const topic = await topics.create(6);
      const producer = producerOf(topic);
      await producer.send(keyed, SOURCE);
      await producer.close();
      const seen = await readBack(topic);
      for (const { partition, key, value, headers } of seen) {
        const { id } = JSON.parse(String(value)) as { id: number };
        expect(Object.fromEntries(Object.entries(headers).map(([name, item]) => [name, String(item)]))).toEqual({
          'sluice-bucket': SOURCE.bucket,
          'sluice-key': SOURCE.key,
          'sluice-version': SOURCE.version,
          'sluice-offset': String(id * 999),
        });
        expect(key === null ? null : String(key)).toBe(id % 3 === 0 ? null : `key-${id % 500}`);
        const expected =
          key === null ? stripedPartition(objectSeed(SOURCE), id * 999, 6) : keyedPartition(key, 0, key.length, 6);
        expect(partition).toBe(expected);
      }
      expect(seen).toHaveLength(3000);
    });

    test('headers can be left out', async () => {
      const topic = await topics.create(1);
      const producer = producerOf(topic, { headers: false });
      await producer.send(recordsOf(['a']), SOURCE);
      await producer.close();
      expect((await readBack(topic))[0]).toMatchObject({ headers: {} });
    });

    test('a part of a batch, an empty value, and a value of nothing but NUL', async () => {
      const topic = await topics.create(1);
      const producer = producerOf(topic);
      await producer.send({ ...recordsOf(['out', '', '\0\0', 'out']), first: 1, behind: 3 }, SOURCE);
      await producer.close();
      expect(texts(await readBack(topic))).toEqual(['', '\0\0']);
    });

    test('what is over one request goes in several, in order', async () => {
      const topic = await topics.create(1, { 'max.message.bytes': '20000' });
      const producer = producerOf(topic, { compression: 'lz4' });
      const values = Array.from({ length: 300 }, (_, i) => `${i}:${randomBytes(300).toString('hex')}`);
      await producer.send(recordsOf(values), SOURCE);
      await producer.close();
      expect(texts(await readBack(topic))).toEqual(values);
    });

    test.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
      'noise up to the very limit of the topic passes with %s',
      async (compression) => {
        const topic = await topics.create(1, { 'max.message.bytes': '50000' });
        const producer = producerOf(topic, { compression });
        await producer.connect();
        const noise = randomBytes(50_000).toString('latin1');
        const batchOf = (length: number) =>
          recordsOf([Buffer.from(noise, 'latin1').subarray(0, length).toString('base64').slice(0, length)]);
        let length = 50_000;
        while (producer.oversized(batchOf(length), SOURCE).length > 0) length--;
        expect(length).toBeGreaterThan(49_000);
        await producer.send(batchOf(length), SOURCE);
        await producer.close();
        expect((await readBack(topic))[0]?.value).toHaveLength(length);
      },
    );

    test('plain messages to another topic, for dead letters', async () => {
      const [topic, dead] = [await topics.create(3), await topics.create(2)];
      const producer = producerOf(topic);
      await producer.sendTo(dead, [
        { value: Buffer.from('raw'), headers: { code: 'CastFailed', place: Buffer.from('7') } },
        { key: Buffer.from('k'), value: null },
      ]);
      await producer.close();
      const messages = await readBack(dead);
      const [tombstone, letter] = [
        messages.find(({ value }) => value === null),
        messages.find(({ value }) => value !== null),
      ];
      expect(tombstone).toMatchObject({ key: Buffer.from('k'), partition: keyedPartition(Buffer.from('k'), 0, 1, 2) });
      expect(letter).toMatchObject({
        key: null,
        value: Buffer.from('raw'),
        headers: { code: Buffer.from('CastFailed'), place: Buffer.from('7') },
      });
    });
  });

  describe('what cannot be sent', () => {
    test('a record over the limit is found before, and named by its place in the object', async () => {
      const topic = await topics.create(1, { 'max.message.bytes': '5000' });
      const producer = producerOf(topic);
      await producer.connect();
      const batch = recordsOf(['small', 'x'.repeat(6000), 'small', 'y'.repeat(7000)], 1000);
      expect(producer.oversized(batch, SOURCE)).toEqual([1, 3]);
      expect(producer.oversized({ ...batch, first: 2 }, SOURCE)).toEqual([3]);
      const error = await failureOf(producer.send(batch, SOURCE));
      expect(error).toMatchObject({ code: 'RecordTooLarge', retryable: false, context: { topic, offset: 1100 } });
      expect(error.fix).toContain('max.message.bytes');
      // The others can go at once: nothing of the batch was sent.
      await producer.send({ ...batch, first: 0, behind: 1 }, SOURCE);
      await producer.send({ ...batch, first: 2, behind: 3 }, SOURCE);
      await producer.close();
      expect(texts(await readBack(topic))).toEqual(['small', 'small']);
    });

    test('an unknown topic is named, with the command that makes it', async () => {
      const producer = producerOf('no-such-topic', { retry: BRIEF });
      const error = await failureOf(producer.send(recordsOf(['a']), SOURCE));
      expect(error).toMatchObject({ code: 'MissingTopic', retryable: false, context: { topic: 'no-such-topic' } });
      expect(error.fix).toContain(`kafka-topics.sh --bootstrap-server ${brokers[0]} --create --topic no-such-topic`);
      await producer.close();
    });

    test('no broker at the address', async () => {
      const producer = createProducer(
        { endpoint: plaintext(['127.0.0.1:1']), topic: 't', compression: 'none', headers: true },
        { retry: BRIEF },
      );
      const error = await failureOf(producer.connect());
      expect(error).toMatchObject({ code: 'BrokerUnreachable', retryable: true });
      expect(error.message).toContain('127.0.0.1:1');
      await producer.close();
    });

    test('a cluster that sends its clients to an address that cannot be reached', async () => {
      const [advertised] = await topics.admin.brokers();
      const [, port] = advertised!.split(':');
      const other = { ...endpoint, brokers: [`localhost:${port}`] };
      const { socketFactory } = cuttableNetwork();
      const toAdvertised = ({ host, port: to }: { host: string; port: number }) => `${host}:${to}` === advertised;
      const lost = await openAdmin(other, {
        retry: BRIEF,
        socketFactory: (to) => socketFactory(toAdvertised(to) ? { ...to, port: 1 } : { ...to, host: '127.0.0.1' }),
      });
      const error = await failureOf(lost.createTopic('never', 1));
      await lost.close();
      expect(error).toMatchObject({ code: 'AdvertisedBrokerUnreachable', retryable: true });
      expect(error.fix).toContain('advertised.listeners');
    });
  });

  describe('a broker that goes away', () => {
    test('and comes back within the retries doubles nothing, even if its answer was lost', async () => {
      const topic = await topics.create(1);
      const network = cuttableNetwork();
      const producer = producerOf(topic, { retry: PATIENT, socketFactory: network.socketFactory });
      await producer.send(recordsOf(lines(10)), SOURCE);
      // The batch arrives, its acknowledgement does not.
      network.cutAfter((chunk) => chunk.includes('item 15'));
      const late = producer.send(
        recordsOf(
          Array.from({ length: 10 }, (_, i) => `item ${10 + i}`),
          1000,
        ),
        SOURCE,
      );
      await consumeAll(endpoint, topic, () => undefined, { enough: (messages) => messages === 20 });
      network.mend();
      await late;
      await producer.send(recordsOf(['last'], 2000), SOURCE);
      await producer.close();
      const read = texts(await readBack(topic));
      expect(read).toEqual([...lines(10), ...Array.from({ length: 10 }, (_, i) => `item ${10 + i}`), 'last']);
    });

    test('for longer is a retryable error, and afterwards the same producer goes on and loses nothing', async () => {
      const topic = await topics.create(3);
      const network = cuttableNetwork();
      const producer = producerOf(topic, { retry: BRIEF, socketFactory: network.socketFactory });
      await producer.send(recordsOf(lines(100)), SOURCE);
      network.cut();
      const error = await failureOf(producer.send(recordsOf(lines(100, 100), 10_000), SOURCE));
      expect(error).toMatchObject({ retryable: true, stage: 'kafka' });
      expect(['BrokerUnreachable', 'ConnectionClosed', 'BrokerNotReady']).toContain(error.code);
      expect(await failureOf(producer.send(recordsOf(lines(100, 100), 10_000), SOURCE))).toMatchObject({
        code: 'BrokerUnreachable',
        retryable: true,
      });
      network.mend();
      await producer.send(recordsOf(lines(100, 100), 10_000), SOURCE);
      await producer.close();
      expect(new Set(texts(await readBack(topic)))).toEqual(new Set(lines(200)));
    });

    test('while several calls are under way: all are told, none is lost or doubled once it is back', async () => {
      const topic = await topics.create(3);
      const network = cuttableNetwork();
      const producer = producerOf(topic, { retry: PATIENT, socketFactory: network.socketFactory });
      await producer.connect();
      const sends = Array.from({ length: 20 }, (_, i) => producer.send(recordsOf(lines(50, i * 50), i * 5000), SOURCE));
      await sends[5];
      network.cut();
      network.mend();
      await Promise.all(sends);
      await producer.close();
      expect(texts(await readBack(topic)).sort()).toEqual(lines(1000).sort());
    });
  });
});

function keyedBytes({ keys, keyNulls, count }: RecordBatch): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    if (keyNulls![i] === 0) bytes += keys!.ends[i]! - (i === 0 ? 0 : keys!.ends[i - 1]!);
  }
  return bytes;
}
