import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { caught } from '../../../support/caught.ts';

const d = (text: string) => Decimal.parse(text)!;

test.each([
  '0',
  '1',
  '-1',
  '1.50',
  '0.10',
  '-0.001',
  '123.456',
  '12345678901234567890123456789012345678',
  '0.00',
  '100',
])('%s is written as it was read', (text) => expect(d(text).toString()).toBe(text));

test.each([
  ['+5', '5'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['1e3', '1000'],
  ['1.5E-3', '0.0015'],
  ['1e100', '1E+100'],
  ['1.25e-60', '1.25E-60'],
  ['-12e50', '-1.2E+51'],
  ['0e5', '0'],
])('%s is written %s', (text, expected) => expect(d(text).toString()).toBe(expected));

test.each(['', '.', 'x', '1x', '1e', '1.2.3', '--1', ' 1', '1 ', 'NaN', 'Infinity', '0x10', '1e99999999999'])(
  '%p is no decimal',
  (text) => expect(Decimal.parse(text)).toBeUndefined(),
);

test.each([
  // The 39th digit decides; halves go to the even neighbour.
  ['123456789012345678901234567890123456785', '123456789012345678901234567890123456780'],
  ['123456789012345678901234567890123456775', '123456789012345678901234567890123456780'],
  ['123456789012345678901234567890123456786', '123456789012345678901234567890123456790'],
  ['-123456789012345678901234567890123456785', '-123456789012345678901234567890123456780'],
])('%s has 38 digits as %s', (text, rounded) => expect(d(text).compare(d(rounded))).toBe(0));

test('the far smaller number of a sum decides a rounding, and no more', () => {
  const big = d('1e38').add(d('0.5'));
  expect(big.add(d('1e-300')).compare(d('1e38'))).toBeGreaterThanOrEqual(0);
  expect(d('1e300').add(d('1')).compare(d('1e300'))).toBe(0);
  expect(d('1').subtract(d('1e-300')).compare(d('1'))).toBe(0);
  expect(d('0').add(d('1e-2000000000')).toString()).toBe('1E-2000000000');
});

test.each([
  ['1e2147483647', '1e1'],
  ['1e-2147483648', '1e-1'],
])('%s × %s leaves the exponents', (a, b) => {
  expect(caught(() => d(a).multiply(d(b)))).toMatchObject({ code: 'NumberFormatError' });
});

test.each([
  ['1e2000000000', '1e-2000000000', 1],
  ['-1e2000000000', '1', -1],
  ['1.0', '1.00', 0],
  ['0', '0e1000', 0],
  ['-0.5', '-0.25', -1],
])('%s against %s is %p, whatever the exponents', (a, b, sign) => expect(d(a).compare(d(b))).toBe(sign));

test('truncates towards zero, and says when no integer could hold it', () => {
  expect(d('1.9').truncate()).toBe(1n);
  expect(d('-1.9').truncate()).toBe(-1n);
  expect(d('1e-50').truncate()).toBe(0n);
  expect(d('1e10').truncate()).toBe(10_000_000_000n);
  expect(d('1e400').truncate()).toBeUndefined();
});
