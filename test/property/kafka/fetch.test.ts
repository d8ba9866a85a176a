import fc from 'fast-check';
import { registerCodecs } from '../../../lib/kafka/compression.ts';
import { batchBytes, decodedByBoth, type GivenBatch, responseBytes } from '../../support/fetched.ts';

beforeAll(registerCodecs);

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Near enough to each other, as times are, and anything. */
const timestamp = fc.oneof(fc.bigInt({ min: 1_700_000_000_000n, max: 1_800_000_000_000n }), int64);
const headers = fc.dictionary(
  // kafkajs takes what every object has for a header of that name.
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => !(name in {})),
  fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
  { maxKeys: 3 },
);
const record = fc.record({
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
  ),
  timestampDelta: fc.oneof(
    fc.bigInt({ min: -100n, max: 1_000_000n }),
    fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }),
  ),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers,
});
const batch = fc.record({
  firstTimestamp: timestamp,
  maxTimestamp: timestamp,
  producerId: fc.oneof(fc.constant(-1n), int64),
  producerEpoch: fc.integer({ min: -1, max: 32_767 }),
  firstSequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  partitionLeaderEpoch: fc.nat(1000),
  transactional: fc.boolean(),
  compression: fc.constantFrom(0, 0, 1, 2, 3),
  attributes: fc.constantFrom(0, 0, 0, 0x08, 0x20),
  records: fc.array(record, { minLength: 1, maxLength: 20 }),
});
const log = fc.record({
  first: fc.oneof(fc.bigInt({ min: 0n, max: 1_000_000n }), fc.bigInt({ min: 2n ** 53n - 100n, max: 2n ** 62n })),
  batches: fc.array(batch, { maxLength: 5 }),
});

/** Batches whose offsets ascend, and none of which lost its last record. */
async function encoded({ first, batches }: typeof log extends fc.Arbitrary<infer T> ? T : never): Promise<Buffer[]> {
  let firstOffset = first;
  const parts: Buffer[] = [];
  for (const { records, ...rest } of batches) {
    let offsetDelta = -1;
    const placed = records.map(({ gap, ...each }) => {
      offsetDelta += gap;
      return { ...each, offsetDelta };
    });
    const given: GivenBatch = { ...rest, firstOffset, lastOffsetDelta: offsetDelta, records: placed };
    parts.push(await batchBytes(given));
    firstOffset += BigInt(offsetDelta) + 1n;
  }
  return parts;
}

test('a fetch is read as kafkajs reads it', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.integer({ min: 4, max: 11 }), async (given, version) => {
      const parts = await encoded(given);
      const aborted = [{ producerId: 5n, firstOffset: given.first }];
      const response = responseBytes(version, 'tøpic', [
        { bytes: Buffer.concat(parts) },
        { partition: 1, errorCode: 3, aborted, bytes: Buffer.alloc(0) },
      ]);
      const { ours, kafkajs } = await decodedByBoth(version, response);
      expect(ours).toEqual(kafkajs);
    }),
    { numRuns: 80 },
  );
});

/** kafkajs looks for the format in the seventeenth byte of all, and fails where there is none. */
const LEAST = 17;

test('what is cut off at any byte is read up to there', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(), async (given, at) => {
      const whole = Buffer.concat(await encoded(given));
      fc.pre(whole.length >= LEAST);
      const cut = LEAST + (at % (whole.length - LEAST + 1));
      const response = responseBytes(11, 'topic', [{ bytes: whole.subarray(0, cut) }]);
      const { ours, kafkajs } = await decodedByBoth(11, response);
      expect(ours).toEqual(kafkajs);
    }),
    { numRuns: 80 },
  );
});
