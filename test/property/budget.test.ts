import fc from 'fast-check';
import { type Bucket, bucketsOf, levelAfter, parts, refillAmount } from '../../lib/limit/budget.ts';

const rate = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5_000_000 }));
const options = fc.record({ records: rate, bytes: rate, burst: rate }, { requiredKeys: [] });

const bucketsIn = (value: Parameters<typeof bucketsOf>[0]): Bucket[] => Object.values(bucketsOf(value));

test('a bucket holds what a refill brings beside a rest too small to be taken, so nothing of the rate is lost', () => {
  fc.assert(
    fc.property(options, (value) => {
      for (const bucket of bucketsIn(value)) {
        const [part] = parts(Number.MAX_SAFE_INTEGER, bucket, true);
        expect(Number.isSafeInteger(bucket.capacity)).toBe(true);
        expect(bucket.capacity).toBeGreaterThanOrEqual(part! - 1 + refillAmount(bucket.rate));
      }
    }),
  );
});

test('parts are whole, none is over the bucket, and together they are the amount', () => {
  fc.assert(
    fc.property(options, fc.integer({ min: 0, max: 20_000_000 }), fc.boolean(), (value, amount, shared) => {
      for (const bucket of bucketsIn(value)) {
        let sum = 0;
        let count = 0;
        for (const part of parts(amount, bucket, shared)) {
          if (!Number.isInteger(part) || part < 1 || part > bucket.capacity) throw new Error(`a part of ${part}`);
          sum += part;
          if (++count > 1000) return;
        }
        expect(sum).toBe(amount);
      }
    }),
  );
});

test('over any time a bucket lets through its capacity and the rate at most, and while somebody waits all of the rate', () => {
  const steps = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 3000 }), ask: fc.integer({ min: 1, max: 9000 }) }),
    {
      minLength: 1,
      maxLength: 50,
    },
  );
  fc.assert(
    fc.property(rate, rate, steps, (records, burst, moves) => {
      const bucket = bucketsOf({ records, burst }).records!;
      let level = bucket.capacity;
      let elapsed = 0;
      let granted = 0;
      let full = false;
      for (const { wait, ask } of moves) {
        elapsed += wait;
        level = levelAfter(bucket, level, wait);
        full ||= level === bucket.capacity && elapsed > 0;
        const taken = Math.min(ask, Math.floor(level));
        level -= taken;
        granted += taken;
        expect(granted).toBeLessThanOrEqual(bucket.capacity + (bucket.rate * elapsed) / 1000 + 1e-6);
      }
      // A bucket that never ran over has handed out, or still holds, all that came in.
      if (!full) expect(granted + level).toBeCloseTo(bucket.capacity + (bucket.rate * elapsed) / 1000, 3);
    }),
  );
});
