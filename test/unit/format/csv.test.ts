import { createReader } from '../../../lib/format/create.ts';
import type { CsvOptions } from '../../../lib/format/options.ts';
import { Field, MAX_RECORD, Step, type TextReader } from '../../../lib/format/reader.ts';
import { type Item, read } from '../../support/read.ts';

const rowsOf = (items: readonly Item[]) =>
  items.map((item) => (item.kind === 'fields' ? item.fields : item.kind === 'bad' ? item.code : item.text));
const csvRead = (csv: CsvOptions, text: string) => read({ kind: 'csv', csv }, Buffer.from(text));

describe('CSV', () => {
  test.each<[string, CsvOptions, string, unknown[]]>([
    [
      'plain records',
      {},
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a last record without its delimiter', {}, 'a\nb', [['a'], ['b']]],
    ['an empty object', {}, '', []],
    ['empty fields', {}, ',,\n', [['', '', '']]],
    ['an empty quoted field alone', {}, '""\n', [['']]],
    ['no record for an empty line', {}, '\na\n\r\n\nb\n', [['a'], ['b']]],
    [
      'CRLF beside LF',
      {},
      'a,b\r\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a carriage return that ends no record', {}, 'a\rb\n', [['a\rb']]],
    ['a quoted delimiter, quote and line break', {}, '"a,b","c""d","e\nf"\n', [['a,b', 'c"d', 'e\nf']]],
    ['a quote inside an unquoted field, literally', {}, 'l"one,a""b\n', [['l"one', 'a""b']]],
    ['text behind a closing quote as a bad record', {}, '"a"b,c\nd\n', ['CSVUnescapedQuote', ['d']]],
    ['a space behind a closing quote likewise', {}, '"a" ,c\n', ['CSVUnescapedQuote']],
    ['an unclosed quote at the end', {}, 'a\n"b,c\nd\n', [['a'], 'CSVUnclosedQuote']],
    [
      'quotes that end with their record',
      { quotedRecordDelimiter: false },
      '"a\nb"\n"c"\n',
      ['CSVParsingError', ['b"'], ['c']],
    ],
    ['no quotes', { quote: null }, '"a,b"\n', [['"a', 'b"']]],
    ['another quote and delimiter', { quote: "'", delimiter: '\t' }, "'a\tb'\tc\n", [['a\tb', 'c']]],
    ['a backslash before quote and itself only', { escape: '\\' }, '"a\\"b\\\\","c\\n"\n', [['a"b\\', 'c\\n']]],
    [
      'delimiters of two characters',
      { delimiter: '||', recordDelimiter: ';;' },
      'a||b|c;;d;e',
      [['a', 'b|c'], ['d;e']],
    ],
    ['records that end in CRLF only', { recordDelimiter: '\r\n' }, 'a\nb\r\nc\r\n', [['a\nb'], ['c']]],
    ['a delimiter beyond ASCII', { delimiter: '§' }, 'a§b\n', [['a', 'b']]],
    ['comments', { comment: '#' }, '#"x\na\n # b\n#', [['a'], [' # b']]],
    ['a comment that is none when quoted', { comment: '#' }, '"#a"\n', [['#a']]],
    ['U+2028 as a letter', {}, 'a\u2028b,c\n', [['aâ\u0080¨b', 'c']]],
    ['the header skipped', { header: 'ignore' }, 'a,b\n1,2\n', [['1', '2']]],
    ['a record of another length, lenient', { header: 'use' }, 'a,b\n1\n1,2,3\n', [['1'], ['1', '2', '3']]],
    [
      'a record of another length, strict',
      { header: 'use', fieldCount: 'strict' },
      'a,b\n1\n1,2\n1,2,3\n',
      ['FieldCountMismatch', ['1', '2'], 'FieldCountMismatch'],
    ],
  ])('reads %s', (_, csv, text, expected) => {
    expect(rowsOf(csvRead(csv, text).items)).toEqual(expected);
  });

  test('names columns as the header has them, duplicates, quotes and a byte order mark', () => {
    const { header, items } = csvRead({ header: 'use' }, '\ufeffid,"a ""b""",id,é\n1\n');
    expect(header).toEqual(['id', 'a "b"', 'id', 'é']);
    expect(items[0]).toMatchObject({ offset: 22, length: 2, consumed: 24 });
  });

  test('counts bytes of the object, whatever they are', () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffé,'), Buffer.from([0xff, 0xfe]), Buffer.from('\r\n"x\n",y\n')]);
    expect(read({ kind: 'csv', csv: {} }, bytes).items).toMatchObject([
      { offset: 3, length: 7 },
      { offset: 10, length: 7 },
    ]);
  });

  test.each<[string, CsvOptions, string, object]>([
    [
      'an unclosed quote',
      {},
      'a\nb,"c',
      {
        code: 'CSVUnclosedQuote',
        reason: 'the quote at byte 4 is not closed before the object ends',
        fatal: true,
        offset: 2,
        length: 4,
        raw: 'b,"c',
      },
    ],
    [
      'text behind a quote',
      {},
      '"a"b\n',
      {
        code: 'CSVUnescapedQuote',
        reason: 'the quote at byte 2 closes a field that goes on behind it',
        offset: 0,
        length: 5,
        raw: '"a"b',
        fatal: false,
      },
    ],
    [
      'an unreadable header',
      { header: 'use' },
      '"a\nb\n',
      {
        reason: 'the header record cannot be read: the quote at byte 0 is not closed before the object ends',
        fatal: true,
      },
    ],
  ])('says where it met %s', (_, csv, text, expected) => {
    expect(csvRead(csv, text).items.at(-1)).toMatchObject(expected);
  });

  test.each<[string, CsvOptions]>([
    ['plain', {}],
    ['with quotes off their record', { quotedRecordDelimiter: false }],
    ['in a dialect of sequences', { delimiter: '::' }],
  ])('a record beyond the limit is bad with its whole length, and the next one is read (%s)', (_, csv) => {
    const long = Buffer.alloc(3 * MAX_RECORD, 'x');
    const bytes = Buffer.concat([Buffer.from('a\n"'), long, Buffer.from('"\nb\n')]);
    const cuts = Array.from({ length: 50 }, (__, i) => i * 65_537);
    const { items } = read({ kind: 'csv', csv }, bytes, cuts);
    expect(rowsOf(items)).toEqual([['a'], 'OverMaxRecordSize', ['b']]);
    expect(items[1]).toMatchObject({
      offset: 2,
      length: long.length + 3,
      reason: expect.stringContaining(`${long.length + 3} bytes`),
    });
    expect(read({ kind: 'csv', csv }, bytes)).toEqual(read({ kind: 'csv', csv }, bytes, cuts));
  });

  test('a record of exactly the limit is read', () => {
    const { items } = read(
      { kind: 'csv', csv: {} },
      Buffer.concat([Buffer.alloc(MAX_RECORD, 'x'), Buffer.from('\r\n'), Buffer.alloc(MAX_RECORD + 1, 'y')]),
      [MAX_RECORD + 1],
    );
    expect(items.map(({ kind, length }) => [kind, length])).toEqual([
      ['fields', MAX_RECORD + 2],
      ['bad', MAX_RECORD + 1],
    ]);
  });

  test('fields are found in any order, and counted', () => {
    const reader = createReader({ kind: 'csv', csv: {} }) as TextReader;
    reader.push(Buffer.from('a,"b""c",d\n'));
    expect(reader.next()).toBe(Step.RECORD);
    const kinds = [2, 1, 1, 0, 3, 9, 3, 2].map((i) => reader.field(i));
    expect(kinds).toEqual([
      Field.PLAIN,
      Field.ESCAPED,
      Field.ESCAPED,
      Field.PLAIN,
      Field.ABSENT,
      Field.ABSENT,
      Field.ABSENT,
      Field.PLAIN,
    ]);
    expect(reader.count()).toBe(3);
    expect(reader.bytes.subarray(reader.from, reader.to)).toEqual(Buffer.from('d'));
  });

  test('the window does not grow with the object', () => {
    const reader = createReader({ kind: 'csv', csv: {} });
    const chunk = Buffer.from('a,"b",c\n'.repeat(131_072));
    for (let i = 0; i < 64; i++) {
      reader.push(chunk);
      while (reader.next() !== Step.MORE);
    }
    expect(reader.bytes.length).toBeLessThanOrEqual(2 * MAX_RECORD);
  });

  test.each<[CsvOptions, string]>([
    [{ delimiter: '' }, 'csv.delimiter is empty'],
    [{ delimiter: '"' }, 'csv.delimiter "\\"" and csv.quote "\\"" begin alike'],
    [{ delimiter: '\n' }, 'begin alike'],
    [{ delimiter: '|', recordDelimiter: '||' }, 'begin alike'],
    [{ delimiter: '\r' }, 'a carriage return cannot be csv syntax'],
  ])('options that cannot be told apart are refused: %j', (csv, message) => {
    expect(() => createReader({ kind: 'csv', csv })).toThrow(message);
  });
});
