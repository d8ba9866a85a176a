import { keyedPartition, murmur2, objectSeed, STRIPE, stripedPartition } from '../../../lib/kafka/partition.ts';

/** From Kafka's own tests of its Java client (UtilsTest), and two more taken from it running. */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681],
])('murmur2 of "%s" is what a Java client computes', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('bytes above 127 are unsigned', () => {
  expect(murmur2(Uint8Array.of(0xff, 0x80, 0x01, 0x90, 0xfe))).toBe(1462837584);
});

test('a part of an array is hashed as if it were alone', () => {
  const bytes = Buffer.from('xxfoobaryyy');
  expect(murmur2(bytes, 2, 8)).toBe(-790332482);
  expect(keyedPartition(bytes, 2, 8, 7)).toBe((-790332482 & 0x7fffffff) % 7);
});

test('records of one stripe stay together, and the next stripe goes to the next partition', () => {
  const at = (offset: number) => stripedPartition(5, offset, 4);
  expect([at(0), at(STRIPE - 1), at(STRIPE), at(2 * STRIPE), at(3 * STRIPE)]).toEqual([1, 1, 2, 3, 0]);
});

test('far into the largest object the partition is still whole and in range', () => {
  const last = 5 * 1024 ** 4 - 1;
  expect(stripedPartition(0x7fffffff, last, 6)).toBe((0x7fffffff + Math.floor(last / STRIPE)) % 6);
});

test('small objects, which are one stripe each, are spread over the partitions', () => {
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 6000; i++) {
    counts[stripedPartition(objectSeed({ bucket: 'logs', key: `2026/11/${i}.csv.gz`, version: `v${i}` }), 0, 6)]!++;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('bucket, key and version each matter, and cannot run into each other', () => {
  const seeds = [
    { bucket: 'a', key: 'b', version: 'c' },
    { bucket: 'ab', key: '', version: 'c' },
    { bucket: 'a', key: 'bc', version: '' },
    { bucket: 'a', key: 'b', version: 'd' },
  ].map(objectSeed);
  expect(new Set(seeds).size).toBe(4);
});
