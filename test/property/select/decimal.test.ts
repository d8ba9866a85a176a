import fc from 'fast-check';
import { Decimal } from '../../../lib/select/values/decimal.ts';

/** coefficient × 10^exponent as a fraction of two integers: the oracle. */
interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}
const ratio = ({ coefficient, exponent }: Decimal): Ratio =>
  exponent >= 0 ? { n: coefficient * 10n ** BigInt(exponent), d: 1n } : { n: coefficient, d: 10n ** BigInt(-exponent) };
const abs = (n: bigint) => (n < 0n ? -n : n);

/** Whether a result is the exact value to 38 digits: off by at most half of its last digit, and not at all if the exact value has no more digits. */
function isNearest(result: Decimal, exact: Ratio): boolean {
  const { n, d } = ratio(result);
  const error = abs(n * exact.d - exact.n * d);
  const digits = abs(result.coefficient).toString().length;
  if (digits < 38) return error === 0n;
  const unit = ratio(Decimal.of(1n, result.exponent));
  return 2n * error * unit.d <= unit.n * d * exact.d;
}

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: -60, max: 60 }))
  .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent));
const small = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -4, max: 4 }))
  .map(([coefficient, exponent]) => Decimal.of(BigInt(coefficient), exponent));
/** Around the largest integers that a double holds. */
const edge = fc
  .tuple(fc.bigInt({ min: 2n ** 53n - 50n, max: 2n ** 53n + 50n }), fc.boolean(), fc.integer({ min: -30, max: 30 }))
  .map(([coefficient, negative, exponent]) => Decimal.of(negative ? -coefficient : coefficient, exponent));
const any = fc.oneof(decimal, small, edge);

test('sums, differences and products are the nearest of 38 digits', () => {
  fc.assert(
    fc.property(any, any, (a, b) => {
      const [x, y] = [ratio(a), ratio(b)];
      expect(isNearest(a.add(b), { n: x.n * y.d + y.n * x.d, d: x.d * y.d })).toBe(true);
      expect(isNearest(a.subtract(b), { n: x.n * y.d - y.n * x.d, d: x.d * y.d })).toBe(true);
      expect(isNearest(a.multiply(b), { n: x.n * y.n, d: x.d * y.d })).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('quotients are the nearest of 38 digits, remainders exact', () => {
  fc.assert(
    fc.property(
      any,
      any.filter((b) => b.sign() !== 0),
      (a, b) => {
        const [x, y] = [ratio(a), ratio(b)];
        const sign = y.n < 0n ? -1n : 1n;
        expect(isNearest(a.divide(b), { n: sign * x.n * y.d, d: sign * x.d * y.n })).toBe(true);
        const remainder = ratio(a.remainder(b));
        const exact = (x.n * y.d) % (y.n * x.d);
        expect(isNearest(a.remainder(b), { n: exact, d: x.d * y.d })).toBe(true);
        expect(abs(remainder.n * y.d) < abs(y.n * remainder.d)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

test('order is that of the exact values, and text comes back as the same value', () => {
  fc.assert(
    fc.property(any, any, (a, b) => {
      const [x, y] = [ratio(a), ratio(b)];
      const [left, right] = [x.n * y.d, y.n * x.d];
      expect(Math.sign(a.compare(b))).toBe(left < right ? -1 : left > right ? 1 : 0);
      expect(Decimal.parse(a.toString())!.compare(a)).toBe(0);
      expect(() => JSON.parse(a.toString())).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test('a double is the nearest to the exact value', () => {
  fc.assert(
    fc.property(any, (a) => {
      expect(a.toDouble()).toBe(Number(`${a.coefficient}e${a.exponent}`));
    }),
    { numRuns: 2000 },
  );
});

test('however a decimal came about, it is kept in one way', () => {
  fc.assert(
    fc.property(any, (a) => {
      expect(a.isIntegral()).toBe(ratio(a).n % ratio(a).d === 0n);
      expect(Decimal.parse(`${a.coefficient}e${a.exponent}`)).toEqual(a);
      expect(a.negate().negate()).toEqual(a);
      expect(Object.is(a.negate().unscaled, -0)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
