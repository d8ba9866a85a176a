import { MAX_DEPTH, validate } from '../../../lib/format/json/scan.ts';
import { MAX_RECORD, type PathStep } from '../../../lib/format/reader.ts';
import { type Item, read } from '../../support/read.ts';

const each: PathStep = { kind: 'each' };
const name = (text: string, exact = false): PathStep => ({ kind: 'name', name: text, exact });
const texts = (items: readonly Item[]) =>
  items.map((item) => (item.kind === 'value' ? item.text : item.kind === 'bad' ? item.code : item.fields));

describe('JSON lines', () => {
  test.each<[string, string, unknown[]]>([
    ['one value a line', '{"a":1}\n[2]\r\n3', ['{"a":1}', '[2]', '3']],
    ['blank lines', '\n \t\n1\n\r\n', ['1']],
    ['a value over two lines', '{"a":\n1}\n2\n', ['JSONParsingError', 'JSONParsingError', '2']],
    ['two values on a line', '1 2\n3\n', ['JSONParsingError', '3']],
    ['a byte order mark', '\ufeff1\n', ['1']],
  ])('reads %s', (_, text, expected) => {
    expect(texts(read({ kind: 'jsonl' }, Buffer.from(text)).items)).toEqual(expected);
  });

  test('says at which byte of the object a line is malformed', () => {
    const { items } = read({ kind: 'jsonl' }, Buffer.from('{}\n{"a":}\n'));
    expect(items[1]).toMatchObject({
      reason: 'malformed JSON at byte 8: byte 0x7d cannot stand there',
      offset: 3,
      length: 7,
      raw: '{"a":}',
      fatal: false,
    });
  });

  test('a line over the limit is bad, and the next one is read', () => {
    const bytes = Buffer.concat([Buffer.from('1\n"'), Buffer.alloc(2 * MAX_RECORD, 'x'), Buffer.from('"\r\n2\n')]);
    const { items } = read({ kind: 'jsonl' }, bytes, [100_000, MAX_RECORD + 100]);
    expect(texts(items)).toEqual(['1', 'OverMaxRecordSize', '2']);
    expect(items[1]).toMatchObject({ offset: 2, length: 2 * MAX_RECORD + 4 });
  });

  test('rows of one line share it, and it is consumed with the last', () => {
    const { items } = read({ kind: 'jsonl' }, Buffer.from('{"a":[1,2]}\n'), [], { path: [each, name('a'), each] });
    expect(items).toMatchObject([
      { text: '1', offset: 0, length: 12, consumed: 0 },
      { text: '2', offset: 0, length: 12, consumed: 12 },
    ]);
  });
});

describe('a JSON document', () => {
  const rules =
    '{"Rules":[{"id":"1"},{"expr":"y > x"},{"id":"2","expr":"z = DEBUG"}]},\n{"created":"June 27","modified":"July 6"}';

  test.each<[string, readonly PathStep[], string, unknown[]]>([
    ['the rows of the documented example', [each, name('Rules'), each, name('id')], rules, ['"1"', '', '"2"', '']],
    ['root values', [each], '{"a":1} [2]\n3,"x"', ['{"a":1}', '[2]', '3', '"x"']],
    ['root values without a path', [], '1 2', ['1', '2']],
    ['elements of a root array', [each, each], '[1,{"a":[2]}]', ['1', '{"a":[2]}']],
    ['an array without elements as one MISSING row', [each, each], '[]', ['']],
    ['a name by its case when quoted', [each, name('A', true)], '{"a":1,"A":2}', ['2']],
    ['a name written with escapes', [each, name('é"')], '{"\\u00e9\\"":1}', ['1']],
    ['an element by its place', [each, name('a'), { kind: 'index', index: 1 }, each], '{"a":[[1],[2,3]]}', ['2', '3']],
    ['the first of two members of one name', [each, name('a'), each], '{"a":[1],"a":[2]}', ['1']],
    [
      'a bad element between good ones',
      [each, each],
      '[1,tru,{"a" 1},2]',
      ['1', 'JSONParsingError', 'JSONParsingError', '2'],
    ],
    ['a document that does not close', [each, each], '[1,2', ['1', '2', 'JSONParsingError']],
    ['an element that does not close', [each, each], '[1,{"a":', ['1', 'JSONParsingError']],
    ['rubbish between elements', [each, each], '[1 2]', ['1', 'JSONParsingError']],
    ['an empty object', [each], ' \n', []],
  ])('gives %s', (_, path, text, expected) => {
    expect(texts(read({ kind: 'json' }, Buffer.from(text), [], { path }).items)).toEqual(expected);
  });

  test('is told to end inside a value', () => {
    const { items } = read({ kind: 'json' }, Buffer.from('[{"a":1'), [], { path: [each, each] });
    expect(items).toMatchObject([
      {
        reason: 'the document ends inside the value that begins at byte 1',
        fatal: true,
        offset: 1,
        length: 6,
        raw: '{"a":1',
      },
    ]);
  });

  test('is read element by element however long it is, past values that nobody asked for', () => {
    const filler = `"${'x'.repeat(2 * MAX_RECORD)}"`;
    const bytes = Buffer.from(`{"skip":${filler},"rows":[1,${filler},2],"more":${filler}}`);
    const cuts = Array.from({ length: 60 }, (_, i) => i * 130_001);
    const { items, consumed } = read({ kind: 'json' }, bytes, cuts, { path: [each, name('rows'), each] });
    expect(texts(items)).toEqual(['1', 'OverMaxRecordSize', '2']);
    expect(items[1]).toMatchObject({ length: filler.length });
    expect(consumed).toBe(bytes.length);
    expect(texts(read({ kind: 'json' }, bytes, cuts).items)).toEqual(['OverMaxRecordSize']);
  });
});

describe('validate', () => {
  const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));

  test('takes MAX_DEPTH containers in each other and no more', () => {
    expect(validate(nested(MAX_DEPTH), 0, 2 * MAX_DEPTH)).toBe(2 * MAX_DEPTH);
    expect(validate(nested(MAX_DEPTH + 1), 0, 2 * MAX_DEPTH + 2)).toBe(~MAX_DEPTH);
  });

  test('deep nesting is a bad record, never an exhausted stack', () => {
    const { items } = read({ kind: 'jsonl' }, nested(200_000));
    expect(items).toMatchObject([
      {
        code: 'JSONParsingError',
        reason: `malformed JSON at byte ${MAX_DEPTH}: more than ${MAX_DEPTH} containers stand in each other`,
      },
    ]);
  });

  test.each([
    '01',
    '1.',
    '.5',
    '-',
    '+1',
    '1e',
    '0x1',
    'NaN',
    "'a'",
    '"\\x"',
    '"\\u12g4"',
    '"\t"',
    '{a:1}',
    '{"a":1,}',
    '[1,]',
    '{"a"}',
    'tru',
    '""x',
  ])('refuses %j', (text) => {
    expect(validate(Buffer.from(text), 0, Buffer.byteLength(text))).toBeLessThan(0);
  });
});
