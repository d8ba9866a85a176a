import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { decompress } from '../../../lib/object/decompress/index.ts';
import { bzip2 } from '../../support/bzip2.ts';
import { cutAt, drain } from '../../support/chunks.ts';
import { skippableFrame, zstd } from '../../support/zstd.ts';

type Kind = 'gzip' | 'bzip2' | 'zstd';
const kinds: Kind[] = ['gzip', 'bzip2', 'zstd'];

/** Texts with long runs, texts with few letters, and noise. */
const text = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(0, 97, 255), fc.integer({ min: 1, max: 600 })), { maxLength: 6 })
    .map((runs) => Buffer.concat(runs.map(([byte, count]) => Buffer.alloc(count, byte)))),
  fc.string({ unit: fc.constantFrom('a', 'b', 'ab', '\n'), maxLength: 300 }).map((letters) => Buffer.from(letters)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

/** A gzip member with every optional part of a header. */
function dressedGzip(content: Uint8Array): Uint8Array {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content));
  trailer.writeUInt32LE(content.length, 4);
  const head = Buffer.from('1f8b081e00000000000303006162636e616d6500736179000000', 'hex');
  return Buffer.concat([head, deflateRawSync(content), trailer]);
}

/** Each is whole by itself: a cut behind it is no cut. */
const members: Record<Kind, (content: Buffer, variant: number) => Uint8Array[]> = {
  gzip: (content, variant) => [
    variant % 3 === 0 ? dressedGzip(content) : gzipSync(content, { level: variant % 3 === 1 ? 0 : 9 }),
  ],
  bzip2: (content, variant) => [
    variant % 2 === 0 ? bzip2([content], 1 + (variant % 9)) : bzip2([content.subarray(0, 90), content.subarray(90)], 1),
  ],
  zstd: (content, variant) =>
    variant % 4 === 0
      ? [skippableFrame(content), zstd([content], { single: true })]
      : [zstd([content.subarray(0, 50), content.subarray(50)], { checksum: variant % 4 !== 1 })],
};

const file = (kind: Kind) =>
  fc.array(fc.tuple(text, fc.nat(20)), { minLength: 1, maxLength: 3 }).map((parts) => ({
    content: Buffer.concat(parts.map(([content]) => content)),
    members: parts.flatMap(([content, variant]) => members[kind](content, variant)),
  }));

async function run(stored: Uint8Array, kind: Kind | 'auto', cuts: readonly number[] = []) {
  return drain((await decompress(cutAt(stored, cuts), kind)).bytes);
}

describe.each(kinds)('%s', (kind) => {
  test('gives the same bytes however its members and the stream are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        file(kind),
        fc.array(fc.nat(2000), { maxLength: 12 }),
        fc.boolean(),
        async ({ content, members }, cuts, byOne) => {
          const stored = Buffer.concat(members);
          const { bytes, error } = await run(stored, 'auto', byOne ? Array.from(stored.subarray(0, 400).keys()) : cuts);
          expect(error).toBeUndefined();
          expect(bytes.equals(content)).toBe(true);
        },
      ),
    );
  });

  test('cut short at any byte it is an error, after every good byte and no other', async () => {
    await fc.assert(
      fc.asyncProperty(file(kind), fc.array(fc.nat(2000), { maxLength: 5 }), async ({ content, members }, cuts) => {
        const stored = Buffer.concat(members);
        const ends = new Set(members.map((_, i) => Buffer.concat(members.slice(0, i + 1)).length));
        const step = Math.max(1, Math.floor(stored.length / 60));
        for (let length = stored.length - 1; length >= 0; length -= step) {
          const { bytes, error } = await run(stored.subarray(0, length), kind, cuts);
          expect(content.subarray(0, bytes.length).equals(bytes)).toBe(true);
          if (ends.has(length)) continue;
          expect(error).toMatchObject({ code: 'TruncatedObject', context: { offset: bytes.length } });
        }
      }),
      { numRuns: 25 },
    );
  });

  test('with a bit changed it is never wrong in silence', async () => {
    await fc.assert(
      fc.asyncProperty(
        file(kind),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(7),
        async ({ content, members }, place, bit) => {
          const stored = Buffer.concat(members);
          // A frame of zstd without a check sum cannot tell.
          fc.pre(kind !== 'zstd' || members.every((member) => member[0] !== 0x28 || ((member[4] as number) & 4) !== 0));
          const at = Math.floor(place * stored.length);
          stored[at] = (stored[at] as number) ^ (1 << bit);
          const { bytes, error } = await run(stored, kind);
          if (error === undefined) return expect(bytes.equals(content)).toBe(true);
          expect(error).toBeInstanceOf(SluiceError);
          const { code, context } = error as SluiceError;
          if (code !== 'CorruptObject') return expect(['TruncatedObject', 'UnsupportedCompression']).toContain(code);
          const good = context.offset as number;
          return expect(bytes.subarray(0, good).equals(content.subarray(0, good))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
