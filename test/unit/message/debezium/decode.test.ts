import type { Wire } from '../../../../lib/message/contract.ts';
import { columnDecoder } from '../../../../lib/message/debezium/decode.ts';
import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { Struct, type Value } from '../../../../lib/select/values/value.ts';
import { shown } from '../../../support/debezium/shown.ts';

const WIRE: Wire = { binary: 'base64', decimals: 'string', connector: 'postgresql' };

function decoded(category: string, name: string, value: Value, wire: Wire | undefined = WIRE) {
  const decode = columnDecoder({ category, name }, wire);
  return shown(decode === undefined ? value : decode(value));
}

describe('a value without schema, by its column', () => {
  it.each<[string, string, Value, unknown]>([
    ['date', 'date', 19_782, '2024-02-29'],
    ['date', 'date', '2024-02-29Z', '2024-02-29'],
    ['date', 'date', '0044-03-15', '0044-03-15'],
    ['time', 'time without time zone', 45_296_789_012, '12:34:56.789012'],
    ['time', 'time(3) without time zone', 3_723_004, '01:02:03.004'],
    ['time', 'time(3) without time zone', 45_296_789_000, '12:34:56.789'],
    ['time', 'time without time zone', '12:34:56.789012Z', '12:34:56.789012'],
    ['time', 'time with time zone', '10:34:56.789Z', '10:34:56.789Z'],
    ['timestamp', 'timestamp without time zone', 1_709_210_096_789_012, '2024-02-29T12:34:56.789012-00:00'],
    ['timestamp', 'timestamp without time zone', 1_709_210_096_789, '2024-02-29T12:34:56.789-00:00'],
    ['timestamp', 'timestamp(3) without time zone', 9_223_372_036_825_200n, 'infinity'],
    ['timestamp', 'timestamp without time zone', '-0043-03-15T12:00:00.5Z', '0044-03-15 12:00:00.5 BC'],
    ['timestamptz', 'timestamp with time zone', '2024-02-29T07:04:56Z', '2024-02-29T07:04:56Z'],
    ['timestamptz', 'timestamp with time zone', 0, '1970-01-01T00:00:00.000Z'],
    ['numeric', 'numeric(12,2)', '123.450', '123.450'],
    ['numeric', 'numeric', 'NAN', 'NaN'],
    ['numeric', 'numeric', 'POSITIVE_INFINITY', 'Infinity'],
    ['numeric', 'numeric', 'NEGATIVE_INFINITY', '-Infinity'],
    ['numeric', 'numeric', new Struct(['scale', 'value'], [3, 'AeJA']), '123.456'],
    ['numeric', 'numeric', Decimal.parse('1.50')!, '1.50'],
    ['float', 'double precision', 'NaN', Number.NaN],
    ['bytes', 'bytea', '3q2+7w==', '\\xdeadbeef'],
    ['bits', 'bit(8)', 'pQ==', '10100101'],
    ['bits', 'bit varying(20)', 'Fg==', '10110'],
    ['bits', 'bit(1)', true, '1'],
    ['boolean', 'boolean', 1, true],
    ['integer', 'smallint', true, 1],
    ['other', 'interval', 37_091_106_789_000, 'PT37091106.789S'],
    ['other', 'interval', 'P1Y', 'P1Y'],
    ['text', 'text', 'as it is', 'as it is'],
    ['other', 'pg_lsn', 'MTYvQjM3NEQ4NDg=', '16/B374D848'],
    ['date', 'date', null, null],
  ])('%s %s: %p', (category, name, value, expected) => {
    expect(decoded(category, name, value)).toEqual(expected);
  });

  it('is a decimal in base64 where the rule says so, with the scale of the column', () => {
    expect(decoded('numeric', 'numeric(12,2)', 'BNI=', { ...WIRE, decimals: 'precise' })).toBe('12.34');
    expect(decoded('numeric', 'money', 'BNI=', { ...WIRE, decimals: 'precise' })).toBe('12.34');
    const element = { category: 'numeric', name: 'numeric' } as const;
    const list = { category: 'array', name: 'numeric(10,2)[]', element } as const;
    const items = columnDecoder(list, { ...WIRE, decimals: 'precise' })!(['BNI=']) as readonly unknown[];
    expect(items.map(String)).toEqual(['12.34']);
    expect(decoded('numeric', 'numeric(12,2)', '1234', { ...WIRE, decimals: 'precise' })).toBe('-26588.24');
  });

  it('is no decimal where it looks like base64 and the rule does not say so', () => {
    const decode = columnDecoder({ category: 'numeric', name: 'numeric(12,2)' }, WIRE)!;
    expect(() => decode('BNI=')).toThrow(
      expect.objectContaining({ reason: expect.stringContaining('decimals: precise') }),
    );
  });

  it("is read in microseconds where it is MySQL's time", () => {
    expect(decoded('time', 'time(0) without time zone', 1_000_000, { ...WIRE, connector: 'mysql' })).toBe('00:00:01');
  });

  it('is decoded in arrays, element by element', () => {
    const type = { category: 'array', name: 'date[]', element: { category: 'date', name: 'date' } };
    expect(shown(columnDecoder(type, WIRE)!([0, null, 1]))).toEqual(['1970-01-01', null, '1970-01-02']);
  });
});

describe('a value with schema, by its column', () => {
  it('needs nothing but what no schema tells', () => {
    const varying = columnDecoder({ category: 'bits', name: 'bit varying(20)' }, undefined)!;
    expect(varying('00000000000000010110')).toBe('10110');
    expect(columnDecoder({ category: 'other', name: 'pg_lsn' }, undefined)!('\\x31362f42')).toBe('16/B');
    expect(columnDecoder({ category: 'numeric', name: 'numeric' }, undefined)).toBeUndefined();
    expect(columnDecoder({ category: 'boolean', name: 'boolean' }, undefined)!(1)).toBe(true);
  });
});
