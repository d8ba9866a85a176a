import fc from 'fast-check';
import { registerCodecs } from '../../../lib/kafka/compression.ts';
import { plainMessages } from '../../../lib/kafka/messages.ts';
import { NO_HEADERS, provenanceHeaders } from '../../../lib/kafka/record-batch.ts';
import { rounds } from '../../../lib/kafka/rounds.ts';
import { crc32c } from '../../../lib/kafka/wire/crc32c.ts';
import { EncodedBatch, encodeProduce, type ProduceRequest } from '../../../lib/kafka/wire/produce.ts';
import { recordsOf } from '../../support/kafka.ts';

interface Encoder {
  readonly buffer: Buffer;
}
/** kafkajs's own request with its own messages: the oracle. */
const oracle: (request: ProduceRequest) => { encode(): Promise<Encoder> } = jest.requireActual(
  'kafkajs/src/protocol/requests/produce/v3/request',
);
const crcOfKafkajs: (bytes: Buffer) => number = jest.requireActual('kafkajs/src/protocol/recordBatch/crc32C');

const NOW = 1_763_000_000_123;
const source = { bucket: 'logs', key: 'access/ü.csv.gz', version: 'v1' };

beforeAll(() => {
  registerCodecs();
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
});
afterAll(() => jest.restoreAllMocks());

const request = fc.record({
  values: fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 1, maxLength: 60 }),
  headers: fc.boolean(),
  partitions: fc.integer({ min: 1, max: 5 }),
  compression: fc.constantFrom(0, 1, 2, 3),
  transactionalId: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })),
  producerId: fc.oneof(fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String), fc.constant(-1)),
  producerEpoch: fc.nat(0x7fff),
  firstSequence: fc.nat(0x7fffffff),
});

test('a request is, byte for byte, what kafkajs makes of the same records one by one', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ values, headers, partitions, firstSequence, ...facts }) => {
      const batch = recordsOf(values);
      const [round] = rounds(batch, source, partitions, headers ? provenanceHeaders(source) : NO_HEADERS, 1_000_000);
      const asked = <Messages>(messagesOf: (records: (typeof round & object)[number]) => Messages) => ({
        ...facts,
        acks: -1,
        timeout: 30_000,
        topicData: [
          {
            topic: 'errors.ü',
            partitions: (round ?? []).map((records) => ({
              partition: records.partition,
              firstSequence,
              messages: messagesOf(records),
            })),
          },
        ],
      });
      const plain = asked((records) => plainMessages([records], batch, headers ? source : undefined));
      const expected = await oracle(plain).encode();
      const { buffer } = await encodeProduce(
        asked((records) => new EncodedBatch(records)),
        NOW,
      );
      expect(buffer.equals(expected.buffer)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('the checksum is the one of kafkajs, wherever the bytes begin and end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), fc.nat(20), (bytes, before, behind) => {
      const from = Math.min(before, bytes.length);
      const to = Math.max(from, bytes.length - behind);
      expect(crc32c(bytes, from, to)).toBe(crcOfKafkajs(Buffer.from(bytes.subarray(from, to))));
    }),
  );
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
