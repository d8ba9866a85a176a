import { numberOf } from '../../../../lib/message/json/number.ts';
import { JsonParser } from '../../../../lib/message/json/parser.ts';
import { JsonSyntaxError } from '../../../../lib/message/json/syntax-error.ts';
import { jsonText } from '../../../../lib/message/json/text.ts';
import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { Float, Struct, Untyped, type Value } from '../../../../lib/select/values/value.ts';
import { shown } from '../../../support/debezium/shown.ts';

const struct = (members: Record<string, Value>) => new Struct(Object.keys(members), Object.values(members));
const parse = (text: string) => new JsonParser().one(text);

function refusal(text: string): JsonSyntaxError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
  }
  throw new Error(`${text} was read`);
}

describe('numbers', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', Decimal.parse('18446744073709551615')],
    ['1.50', Decimal.parse('1.50')],
    ['-0.125', Decimal.parse('-0.125')],
    ['-0.0', new Float(-0)],
    ['1e3', Decimal.parse('1e3')],
    ['1E-400', Decimal.parse('1e-400')],
    ['1e99999999999', new Untyped('1e99999999999')],
    [`1${'0'.repeat(38)}`, new Untyped(`1${'0'.repeat(38)}`)],
    [`0.${'0'.repeat(50)}1`, Decimal.parse(`0.${'0'.repeat(50)}1`)],
    [`-0.${'12'.repeat(20)}`, new Untyped(`-0.${'12'.repeat(20)}`)],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual(value);
    expect(parse(`[${text}]`)).toEqual([value]);
  });

  it('are the same read quickly and read slowly', () => {
    for (const text of ['1', '-12', '123456789012345', '1.5', '-0.25', '12345678.1234567', '0.0', '10.00']) {
      expect(parse(text)).toEqual(numberOf(text));
    }
  });
});

describe('objects', () => {
  it('of one shape share their names, and others do not', () => {
    const parser = new JsonParser();
    const texts = ['{"a":1,"b":2}', '{"a":3,"b":4}', ' {"a" : 5, "b" : 6}', '{"b":7,"a":8}'];
    const rows = texts.map((text) => parser.one(text) as Struct);
    expect(rows.map(({ names }) => names === rows[0]?.names)).toEqual([true, true, true, false]);
    expect(rows.map(({ values }) => values)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  it('that begin alike have the values that they have, however many the ones before had', () => {
    const parser = new JsonParser();
    for (const count of [3, 1, 2, 100, 99, 200, 1, 0, 64, 65, 2]) {
      const values = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? null : i));
      const text = `{${values.map((value, i) => `"n${i}":${value}`).join(',')}}`;
      expect((parser.one(text) as Struct).values).toEqual(values);
    }
  });

  it('inside of others begin alike too', () => {
    const parser = new JsonParser();
    const row = parser.one('{"a":{"a":1,"b":{"a":2}},"b":3,"c":4}') as Struct;
    expect(row).toEqual(struct({ a: struct({ a: 1, b: struct({ a: 2 }) }), b: 3, c: 4 }));
    expect(parser.one('{"a":5}')).toEqual(struct({ a: 5 }));
  });

  it('that name something twice keep the last', () => {
    expect(shown(parse('{"a":1,"b":2,"a":3,"c":4,"b":5}'))).toEqual({ a: 3, b: 5, c: 4 });
  });

  it('are right when they have more shapes than are remembered', () => {
    const parser = new JsonParser();
    for (let i = 0; i < 5000; i++) expect(shown(parser.one(`{"k${i}":${i},"z":1}`))).toEqual({ [`k${i}`]: i, z: 1 });
  });

  it('may have any name', () => {
    const text = '{"__proto__":1,"":2,"a\\u0062":3,"ab ":4,"\\"":5}';
    const { names, values } = parse(text) as Struct;
    expect(names).toEqual(['__proto__', '', 'ab', 'ab ', '"']);
    expect(values).toEqual([1, 2, 3, 4, 5]);
  });

  it('may nest 200 deep and no deeper', () => {
    expect(() => parse('['.repeat(200) + ']'.repeat(200))).not.toThrow();
    expect(refusal('{"a":'.repeat(201)).reason).toContain('nests deeper than 200');
  });
});

describe('what is no JSON', () => {
  it.each([
    ['', 0],
    ['{"a":1', 6],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['01', 1],
    ['1.', 2],
    ['-', 1],
    ['1e+', 3],
    ['True', 0],
    ['nul', 0],
    ['"a\\x"', 2],
    ['"a\nb"', 2],
    ['"ä', 3],
    ['"ä\\', 4],
    ['1 2', 2],
    ['{"ü":?}', 6],
  ])('%j is refused at byte %d', (text, position) => {
    expect(refusal(text)).toMatchObject({ code: 'JSONParsingError', position });
  });

  it('is not quoted in the reason', () => {
    expect(refusal('{"password": hunter2}').reason).not.toContain('hunter2');
  });
});

describe('JSON text of values', () => {
  it.each([
    '{"a":[1,2.50,null,true,"x"],"b":{"c":9007199254740993}}',
    '-0.0',
    `${'9'.repeat(60)}.1`,
    '"\\u0001\\"\\\\"',
  ])('%s is itself again', (text) => {
    expect(jsonText(parse(text))).toBe(text);
  });

  it('has text for what JSON has no number for', () => {
    expect(jsonText([new Float(Number.NaN), new Untyped('infinity')])).toBe('["NaN","infinity"]');
  });
});
