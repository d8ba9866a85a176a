import { dateOf, momentOf, timeOf, timestampOf } from '../../../../lib/message/debezium/moment.ts';
import { shown } from '../../../support/debezium/shown.ts';

describe('days since 1970', () => {
  it.each([
    [0, '1970-01-01'],
    [19_782, '2024-02-29'],
    [-719_162, '0001-01-01'],
    [-735_160, '0044-03-15 BC'],
    [2_932_896, '9999-12-31'],
    [2_932_897, '10000-01-01'],
    [2_145_042_905, '5874897-12-31'],
    [-2_440_588, '4714-11-24 BC'],
  ])('%d is %s', (days, text) => {
    expect(shown(dateOf(days))).toBe(text);
  });

  it.each([
    ['infinity', -622_191_234],
    ['infinity', -2_147_472_692],
    ['-infinity', -625_821_272],
    ['-infinity', -2_147_472_691],
  ])('%s is what it becomes in 32 bits', (text, days) => {
    expect(shown(dateOf(days))).toBe(text);
  });

  it('before the first day there is, are lost', () => {
    expect(() => dateOf(-2_440_589)).toThrow(expect.objectContaining({ code: 'OutOfRange' }));
  });
});

describe('a count since 1970', () => {
  it.each([
    [1_709_210_096_789n, 3, '2024-02-29T12:34:56.789-00:00'],
    [1_709_210_096_789_012n, 6, '2024-02-29T12:34:56.789012-00:00'],
    [1_709_210_096_789_012_345n, 9, '2024-02-29T12:34:56.789012345-00:00'],
    [-1n, 6, '1969-12-31T23:59:59.999999-00:00'],
    [-2_208_988_799_999n, 3, '1900-01-01T00:00:00.001-00:00'],
    [-63_517_780_799_500_000n, 6, '0044-03-15 12:00:00.500000 BC'],
    [317_273_587_200_001n, 3, '12024-01-01 00:00:00.001'],
    [9_223_372_036_825_200_000n, 6, 'infinity'],
    [-9_223_372_036_832_400_000n, 6, '-infinity'],
    [9_223_372_036_825_200n, 3, 'infinity'],
  ] as const)('%d with %d digits is %s', (count, fraction, text) => {
    expect(shown(timestampOf(count, fraction, undefined))).toBe(text);
  });

  it('of a moment says that it is UTC', () => {
    expect(shown(timestampOf(0n, 3, 0))).toBe('1970-01-01T00:00:00.000Z');
    expect(shown(timestampOf(317_273_587_200_001n, 3, 0))).toBe('12024-01-01 00:00:00.001+00');
  });

  it('that overflowed in the connector is refused', () => {
    expect(() => timestampOf(-9_223_372_036_853_775_000n, 6, undefined)).toThrow(
      expect.objectContaining({ code: 'OutOfRange' }),
    );
  });
});

describe('a time', () => {
  it.each([
    [0n, 6, '00:00:00'],
    [45_296_789_012n, 6, '12:34:56.789012'],
    [3_723_004n, 3, '01:02:03.004'],
    [86_400_000_000n, 6, '24:00:00'],
    [-3_020_399_000_000n, 6, '-838:59:59'],
    [1n, 9, '00:00:00.000000001'],
  ] as const)('%d with %d digits is %s', (count, fraction, text) => {
    expect(timeOf(count, fraction)).toBe(text);
  });
});

describe('ISO 8601 as Java writes it', () => {
  it.each([
    ['2024-02-29Z', false, '2024-02-29'],
    ['2024-02-29T12:34:56.789012Z', false, '2024-02-29T12:34:56.789012-00:00'],
    ['2024-02-29T12:34:56.789012Z', true, '2024-02-29T12:34:56.789012Z'],
    ['2024-02-29T12:34:56+02:00', true, '2024-02-29T12:34:56+02:00'],
    ['-0043-03-15T12:00:00.500000Z', true, '0044-03-15 12:00:00.500000+00 BC'],
    ['-0043-03-15Z', false, '0044-03-15 BC'],
    ['0000-12-30T00:00:00Z', false, '0001-12-30 00:00:00 BC'],
    ['+294276-12-31T23:59:59.999999Z', true, '294276-12-31 23:59:59.999999+00'],
    ['+294247-01-10T04:00:25.2Z', false, 'infinity'],
    ['-290308-12-21T19:59:27.6Z', false, '-infinity'],
    ['+292278994-08-16Z', false, 'infinity'],
    ['-5877611-06-22Z', false, '-infinity'],
    ['infinity', true, 'infinity'],
  ])('%s, zoned %s, is %s', (text, zoned, expected) => {
    expect(shown(momentOf(text, zoned)!)).toBe(expected);
  });

  it.each(['', 'yesterday', '2024-13-01Z', '12:34:56Z'])('%j is none', (text) => {
    expect(momentOf(text, true)).toBeUndefined();
  });
});
