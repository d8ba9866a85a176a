import { bitsOf, bytesOf, decimalOf, hexText } from '../../../../lib/message/debezium/bytes.ts';
import { shown } from '../../../support/debezium/shown.ts';

describe('a decimal from its unscaled bytes', () => {
  it.each([
    ['BNI=', 2, '12.34'],
    ['', 2, '0.00'],
    ['AA==', 10, '0.0000000000'],
    ['/w==', 10, '-0.0000000001'],
    ['gAAAAAAAAAA=', 2, '-92233720368547758.08'],
    ['AQ==', 40, '1E-40'],
    ['ANw=', 2, '2.20'],
    ['AIAAAAAAAAAA', 0, '9223372036854775808'],
  ])('%s with scale %d is %s', (base64, scale, text) => {
    expect(String(shown(decimalOf(base64, scale)))).toBe(text);
  });

  it('of more than 38 digits keeps each of them', () => {
    const digits = `-${'9'.repeat(60)}${'1'.repeat(30)}`;
    const unscaled = BigInt(digits);
    const bytes = Buffer.from((unscaled + (1n << 400n)).toString(16).padStart(100, '0'), 'hex');
    expect(shown(decimalOf(bytes.toString('base64'), 30))).toBe(`-${'9'.repeat(60)}.${'1'.repeat(30)}`);
  });

  it('without a fraction is an integer as far as there are any', () => {
    expect(decimalOf('fw==', 0)).toBe(127);
    expect(decimalOf('f/////////8=', 0)).toBe(2n ** 63n - 1n);
  });

  it('in another form than base64 is refused', () => {
    expect(() => decimalOf('1.5', 1)).toThrow(expect.objectContaining({ code: 'WireTypeMismatch' }));
  });
});

describe('bytes', () => {
  it.each([
    ['3q2+7w==', 'base64'],
    ['3q2-7w', 'base64-url-safe'],
    ['deadbeef', 'hex'],
  ] as const)('%s in %s', (text, mode) => {
    expect(hexText(bytesOf(text, mode))).toBe('\\xdeadbeef');
  });

  it('that are not of the mode are refused', () => {
    expect(() => bytesOf('xyz', 'hex')).toThrow(expect.objectContaining({ code: 'WireTypeMismatch' }));
  });
});

describe('bits, little-endian', () => {
  it.each([
    ['pQ==', 8, '10100101'],
    ['//8P', 20, '11111111111111111111'],
    ['Fg==', 20, '00000000000000010110'],
    ['Fg==', undefined, '10110'],
    ['', 8, '00000000'],
    ['', undefined, ''],
    ['AAE=', 9, '100000000'],
  ])('%s of length %s', (base64, length, text) => {
    expect(bitsOf(base64, length)).toBe(text);
  });
});
