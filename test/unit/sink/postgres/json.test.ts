import { JsonParser } from '../../../../lib/message/json/parser.ts';
import { MISSING } from '../../../../lib/select/values/missing.ts';
import { Float, Struct, Untyped, type Value } from '../../../../lib/select/values/value.ts';
import { jsonText } from '../../../../lib/sink/postgres/cast/json.ts';

describe('JSON text', () => {
  test.each([
    '{}',
    '[]',
    '{"a":{},"b":[]}',
    '{"a":1,"b":[true,false,null,"x"],"c":{"d":[{"e":1},{"e":2}]}}',
    '[9007199254740993,1.50,-12,0.1]',
    String.raw`{"quote\"":"back\\slash","line\n":"tab\t","bell\u0007":"\u0000"}`,
    '{"ü":"😀 ↔"}',
    String.raw`["\ud83d","\ude00 alone"]`,
  ])('%s is what it was', (text) => {
    expect(jsonText(new JsonParser().one(text))).toBe(text);
  });

  test.each<[string, Value, string]>([
    ['members that are missing are left out', new Struct(['a', 'b', 'c'], [MISSING, 1, MISSING]), '{"b":1}'],
    ['all of them', new Struct(['a'], [MISSING]), '{}'],
    ['items that are missing', [MISSING, 1], '[null,1]'],
    ['what JSON has no number for', [new Float(Number.NaN), new Float(-Infinity)], '["NaN","-Infinity"]'],
    ['text that became no number', new Untyped('007'), '"007"'],
  ])('%s', (_, value, text) => {
    expect(jsonText(value)).toBe(text);
  });
});
