import fc from 'fast-check';
import { compressLz4, decompressLz4 } from '../../../lib/kafka/lz4.ts';
import { compressSnappy, decompressSnappy } from '../../../lib/kafka/snappy.ts';

/** Bytes with something to find in them: repeats near and far, runs, and noise; over several blocks. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.record({ byte: fc.nat(255), times: fc.nat(70_000) }).map(({ byte, times }) => new Uint8Array(times).fill(byte)),
  fc.record({ unit: fc.uint8Array({ minLength: 1, maxLength: 20 }), times: fc.nat(2_000) }).map(({ unit, times }) => {
    const bytes = new Uint8Array(unit.length * times);
    for (let i = 0; i < times; i++) bytes.set(unit, i * unit.length);
    return bytes;
  }),
);
const input = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));

test.each([
  ['lz4', compressLz4, decompressLz4],
  ['snappy', compressSnappy, decompressSnappy],
])('%s gives back what it was given', (_name, compress, decompress) => {
  fc.assert(
    fc.property(input, (bytes) => {
      expect(decompress(compress(bytes)).equals(bytes)).toBe(true);
    }),
  );
});

test('lz4 adds next to nothing to noise', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1000, maxLength: 200_000 }), (noise) => {
      expect(compressLz4(Buffer.from(noise)).length).toBeLessThanOrEqual(noise.length + 32);
    }),
    { numRuns: 20 },
  );
});
