import { XxHash64 } from '../../../../lib/object/decompress/xxhash64.ts';

// From the reference implementation, seed 0; the zstd files in `../data` check the long ones.
test.each([
  ['', 0x51d8e999],
  ['a', 0xa98c6e5b],
  ['abc', 0xad770999],
])('%j', (text, low) => {
  const hash = new XxHash64();
  hash.update(Buffer.from(text));
  expect(hash.low32()).toBe(low);
});

test('is the same however its input comes', () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) & 0xff));
  const whole = new XxHash64();
  whole.update(bytes);
  const wanted = whole.low32();
  for (const step of [1, 3, 31, 32, 33, 64, 299]) {
    const hash = new XxHash64();
    for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step));
    expect(hash.low32()).toBe(wanted);
  }
});
