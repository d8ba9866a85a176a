import { bucketsOf, levelAfter, parts, refillAmount } from '../../../lib/limit/budget.ts';

test.each([
  ['one second of the rate', { records: 5000 }, { records: 5000 }],
  ['what burst says', { records: 5000, burst: 10_000 }, { records: 10_000 }],
  [
    'as many seconds of bytes as of records',
    { records: 5000, bytes: 2_000_000, burst: 10_000 },
    { records: 10_000, bytes: 4_000_000 },
  ],
  ['bytes, for a rate in bytes alone', { bytes: 1_000_000, burst: 3_000_000 }, { bytes: 3_000_000 }],
  ['no less than a refill and a part', { records: 5000, burst: 1 }, { records: 750 }],
  ['at least one whole record and what comes with it', { records: 1 }, { records: 2 }],
  ['nothing without a rate', {}, {}],
])('a bucket holds %s', (_what, rate, capacities) => {
  const held = Object.entries(bucketsOf(rate)).map(([unit, { capacity }]) => [unit, capacity]);
  expect(Object.fromEntries(held)).toEqual(capacities);
});

test('a tenth of a second brings a tenth of the rate', () => {
  expect([refillAmount(5000), refillAmount(7)]).toEqual([500, 0.7]);
});

test('a clock that goes back takes nothing away', () => {
  expect(levelAfter({ rate: 10, capacity: 10 }, 4, -1000)).toBe(4);
});

test('shared buckets are taken from in twentieths of a second', () => {
  const bucket = { rate: 5000, capacity: 5000 };
  expect([...parts(600, bucket, true)]).toEqual([250, 250, 100]);
  expect([...parts(12_000, bucket, false)]).toEqual([5000, 5000, 2000]);
});
