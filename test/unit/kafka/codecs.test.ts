import { gunzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressionType, registerCodecs } from '../../../lib/kafka/compression.ts';
import { compressLz4, decompressLz4 } from '../../../lib/kafka/lz4.ts';
import { compressSnappy, decompressSnappy } from '../../../lib/kafka/snappy.ts';
import { caught } from '../../support/caught.ts';

const TEXT = 'sluice sluice sluice: records, records and more records';

describe('what other writers wrote is read', () => {
  test.each([
    [
      'a frame of the C library',
      '04224d186040822a00000079736c75696365200700a43a207265636f7264732c0900f00220616e64206d6f7265207265636f72647300000000',
    ],
    [
      'a frame with a content size, block checksums and a content checksum, stored',
      // Flags 0x7c: independent, block checksum, content size, content checksum; checksums are not looked at.
      `04224d187c403700000000000000ff37000080${Buffer.from(TEXT).toString('hex')}000000000000000000000000`,
    ],
  ])('lz4: %s', (_what, hex) => {
    expect(decompressLz4(Buffer.from(hex, 'hex')).toString()).toBe(TEXT);
  });

  test('snappy: a bare block, from clients that know no frames', () => {
    const hex = '3718736c7569636520320700243a207265636f7264732c11094020616e64206d6f7265207265636f726473';
    expect(decompressSnappy(Buffer.from(hex, 'hex')).toString()).toBe(TEXT);
  });
});

test('an lz4 frame begins as Kafka demands: version 1, independent blocks of 64 KiB', () => {
  expect(compressLz4(Buffer.from(TEXT)).subarray(0, 7).toString('hex')).toBe('04224d18604082');
});

test('a snappy frame carries the header of snappy-java', () => {
  expect(compressSnappy(Buffer.from(TEXT)).subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
});

test.each([
  ['lz4', compressLz4],
  ['snappy', compressSnappy],
])('%s makes log lines at least four times smaller', (_name, compress) => {
  const line = (i: number) =>
    `{"status":${200 + (i % 5)},"uri":"/api/items/${i}","agent":"Mozilla/5.0 (X11; Linux)"}\n`;
  const log = Buffer.from(Array.from({ length: 5000 }, (_, i) => line(i)).join(''));
  expect(compress(log).length).toBeLessThan(log.length / 4);
});

test.each([
  ['no frame', Buffer.from('plain text')],
  ['a match before the beginning', Buffer.from('04224d18604082060000001061ff000000000000', 'hex')],
])('%s is an error, not garbage', (_what, bytes) => {
  expect(caught(() => decompressLz4(bytes))).toBeInstanceOf(RangeError);
});

describe('as kafkajs meets them', () => {
  registerCodecs();
  const codecs: Readonly<
    Record<
      number,
      () => { compress(encoder: { buffer: Buffer }): Promise<Buffer>; decompress(bytes: Buffer): Promise<Buffer> }
    >
  > = kafkajs.CompressionCodecs;

  test.each(['snappy', 'lz4'] as const)('%s goes there and back', async (name) => {
    const codec = codecs[compressionType(name)]!();
    const small = await codec.compress({ buffer: Buffer.from(TEXT) });
    expect((await codec.decompress(small)).toString()).toBe(TEXT);
  });

  test('gzip is left to kafkajs', async () => {
    const small = await codecs[compressionType('gzip')]!().compress({ buffer: Buffer.from(TEXT) });
    expect(gunzipSync(small).toString()).toBe(TEXT);
  });

  test('zstd works from Node 22.15 on, and says so before', async () => {
    const error = caught(() => compressionType('zstd'));
    if (error === undefined) {
      const codec = codecs[compressionType('zstd')]!();
      expect((await codec.decompress(await codec.compress({ buffer: Buffer.from(TEXT) }))).toString()).toBe(TEXT);
    } else {
      expect(error).toMatchObject({ code: 'CompressionNotAvailable', fix: expect.stringContaining('22.15') });
    }
  });
});
