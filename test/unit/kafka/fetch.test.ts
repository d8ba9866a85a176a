import type { KafkaMessage } from 'kafkajs';
import { toConsumed } from '../../../lib/kafka/consumed.ts';
import { batchBytes, type GivenBatch, readByClient, responseBytes } from '../../support/fetched.ts';

/** What kafkajs makes of a fetch's partition for whoever consumes it. */
interface Batch {
  readonly messages: readonly KafkaMessage[];
  isEmptyDueToFiltering(): boolean;
  firstOffset(): string | null;
  lastOffset(): string;
}
const Batch =
  jest.requireActual<new (topic: string, fetchedOffset: string, partition: object) => Batch>(
    'kafkajs/src/consumer/batch',
  );

const record = (offsetDelta: number, value = `v${offsetDelta}`) => ({
  offsetDelta,
  key: null,
  value: Buffer.from(value),
});
const given = (firstOffset: bigint, deltas: readonly number[], lastOffsetDelta = deltas.at(-1) ?? 0): GivenBatch => ({
  firstOffset,
  lastOffsetDelta,
  records: deltas.map((delta) => record(delta)),
});

async function fetched(bytes: Buffer, from = '0', version = 11): Promise<Batch> {
  const response = (await readByClient(version, responseBytes(version, 't', [{ bytes }]))) as {
    responses: { partitions: object[] }[];
  };
  return new Batch('t', from, response.responses[0]!.partitions[0]!);
}
const offsets = ({ messages }: Batch) => messages.map(({ offset }) => offset);

test('a batch that begins before what was asked for is handed out from there on', async () => {
  const bytes = Buffer.concat([await batchBytes(given(10n, [0, 1, 2, 3])), await batchBytes(given(14n, [0, 1]))]);
  const batch = await fetched(bytes, '12');
  expect(offsets(batch)).toEqual(['12', '13', '14', '15']);
  expect([batch.firstOffset(), batch.lastOffset()]).toEqual(['12', '15']);
  expect(offsets(await fetched(bytes, '16'))).toEqual([]);
});

test('behind a batch whose last records were compacted away the reader goes on behind its end', async () => {
  const batch = await fetched(await batchBytes(given(10n, [0, 2], 9)), '10');
  expect(offsets(batch)).toEqual(['10', '12']);
  expect(batch.lastOffset()).toBe('19');
});

test('a batch without any record moves the reader on', async () => {
  const batch = await fetched(await batchBytes(given(10n, [], 9)), '13');
  expect(offsets(batch)).toEqual([]);
  expect(batch.isEmptyDueToFiltering()).toBe(true);
  expect(batch.lastOffset()).toBe('19');
});

test('of a batch in the middle nothing is said', async () => {
  const bytes = Buffer.concat([await batchBytes(given(10n, [0], 9)), await batchBytes(given(20n, [0, 1]))]);
  const batch = await fetched(bytes, '10');
  expect(offsets(batch)).toEqual(['10', '20', '21']);
  expect(batch.lastOffset()).toBe('21');
});

test('less than a batch is nothing, whatever is there of it', async () => {
  const whole = await batchBytes(given(0n, [0]));
  for (let length = 0; length < whole.length; length++) {
    expect(offsets(await fetched(whole.subarray(0, length)))).toEqual([]);
  }
});

test('a record that goes on behind its batch is told, with where', async () => {
  const bytes = await batchBytes(given(7n, [0]));
  bytes[61] = 0x7e;
  await expect(fetched(bytes)).rejects.toMatchObject({ code: 'DamagedBatch', context: { messageOffset: '7' } });
});

/** Format v1, as Kafka 0.10 wrote it: offset, size, CRC, magic, attributes, time, key, value. */
function oldMessage(offset: bigint, value: string): Buffer {
  const bytes = Buffer.alloc(34 + value.length);
  bytes.writeBigInt64BE(offset);
  bytes.writeInt32BE(22 + value.length, 8);
  bytes.writeInt8(1, 16);
  bytes.writeBigInt64BE(1_700_000_000_000n, 18);
  bytes.writeInt32BE(-1, 26);
  bytes.writeInt32BE(value.length, 30);
  bytes.write(value, 34);
  return bytes;
}

test('messages in a format before v2 are read too', async () => {
  const bytes = Buffer.concat([oldMessage(4n, 'old'), oldMessage(5n, 'older')]);
  const { messages } = await fetched(bytes, '5');
  expect(messages.map((message) => toConsumed('t', 3, message))).toEqual([
    {
      topic: 't',
      partition: 3,
      offset: 5,
      timestamp: 1_700_000_000_000,
      key: null,
      value: Buffer.from('older'),
      headers: [],
    },
  ]);
});

describe('as a sink takes it', () => {
  const consumed = async (batch: GivenBatch) => {
    const { messages } = await fetched(await batchBytes(batch));
    return messages.map((message) => toConsumed('t', 3, message));
  };

  test('key, value, headers in their order, and when', async () => {
    const headers = {
      a: [Buffer.from('1'), Buffer.from('2')],
      toString: Buffer.from('s'),
      ['__proto__']: Buffer.from('p'),
    };
    const [one, two, ...rest] = await consumed({
      ...given(2n ** 40n, []),
      firstTimestamp: 1_767_225_600_000n,
      lastOffsetDelta: 1,
      records: [
        { offsetDelta: 0, key: Buffer.from('k'), value: null, headers },
        { offsetDelta: 1, timestampDelta: 86_400_000n, key: null, value: Buffer.alloc(0) },
      ],
    });
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ topic: 't', partition: 3, offset: 2 ** 40, timestamp: 1_767_225_600_000, value: null });
    expect(one?.key).toEqual(Buffer.from('k'));
    expect(one?.headers).toEqual([
      { name: 'a', value: Buffer.from('1') },
      { name: 'a', value: Buffer.from('2') },
      { name: 'toString', value: Buffer.from('s') },
      { name: '__proto__', value: Buffer.from('p') },
    ]);
    expect(two).toMatchObject({ offset: 2 ** 40 + 1, timestamp: 1_767_312_000_000, key: null, headers: [] });
    expect(two?.value).toEqual(Buffer.alloc(0));
  });

  test.each([-1n, 63n, -64n, 64n, 2n ** 35n])('a record %p ms from its batch', async (timestampDelta) => {
    const records = [{ ...record(0), timestampDelta }];
    const [message] = await consumed({ ...given(0n, [0]), firstTimestamp: 1_767_225_600_000n, records });
    expect(message?.timestamp).toBe(1_767_225_600_000 + Number(timestampDelta));
  });

  test('a time of the broker’s is that of all records of the batch', async () => {
    const records = [
      { ...record(0), timestampDelta: 5n },
      { ...record(1), timestampDelta: 6n },
    ];
    const messages = await consumed({
      ...given(0n, [0, 1]),
      maxTimestamp: 1_767_225_600_777n,
      attributes: 0x08,
      records,
    });
    expect(messages.map(({ timestamp }) => timestamp)).toEqual([1_767_225_600_777, 1_767_225_600_777]);
  });
});
