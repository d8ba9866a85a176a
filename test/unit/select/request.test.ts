import { gzipSync } from 'node:zlib';
import { type SelectRequest, selectObjectContent } from '../../../lib/select/index.ts';
import { pieces } from '../../support/select.ts';

const REQUEST: SelectRequest = {
  Expression: 'SELECT * FROM S3Object s',
  ExpressionType: 'SQL',
  InputSerialization: { CSV: { FileHeaderInfo: 'USE' }, CompressionType: 'NONE' },
  OutputSerialization: { CSV: {} },
};

async function* bodyOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield* pieces(text, 7);
}

async function select(text: string | Uint8Array, request: Partial<SelectRequest>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of selectObjectContent(bodyOf(text), { ...REQUEST, ...request })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('InputSerialization', () => {
  test.each<[string, string | Uint8Array, SelectRequest['InputSerialization'], string]>([
    ['FileHeaderInfo USE', 'a,b\n1,2\n', { CSV: { FileHeaderInfo: 'USE' } }, '1,2\n'],
    ['FileHeaderInfo IGNORE', 'a,b\n1,2\n', { CSV: { FileHeaderInfo: 'IGNORE' } }, '1,2\n'],
    ['FileHeaderInfo NONE, which is the default', 'a,b\n1,2\n', { CSV: {} }, 'a,b\n1,2\n'],
    ['FieldDelimiter', '1;2\n', { CSV: { FieldDelimiter: ';' } }, '1,2\n'],
    ['FieldDelimiter of two characters', '1||2\n', { CSV: { FieldDelimiter: '||' } }, '1,2\n'],
    ['RecordDelimiter', '1,2#3,4', { CSV: { RecordDelimiter: '#' } }, '1,2\n3,4\n'],
    ['Comments, # by default', '#no\n1\n', { CSV: {} }, '1\n'],
    ['Comments', '!no\n#1\n', { CSV: { Comments: '!' } }, '#1\n'],
    ['QuoteCharacter', "'a,b'\n", { CSV: { QuoteCharacter: "'" } }, '"a,b"\n'],
    ['QuoteEscapeCharacter', '"a\\"b"\n', { CSV: { QuoteEscapeCharacter: '\\' } }, '"a""b"\n'],
    ['AllowQuotedRecordDelimiter', '"a\nb"\n', { CSV: { AllowQuotedRecordDelimiter: true } }, '"a\nb"\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n', { CSV: { FileHeaderInfo: 'USE' } }, '1,2\n'],
    ['JSON LINES', '{"a":1}\n{"a":2}\n', { JSON: { Type: 'LINES' } }, '1\n2\n'],
    ['JSON DOCUMENT', '{"a":\n1} {"a":2}', { JSON: { Type: 'DOCUMENT' } }, '1\n2\n'],
    ['GZIP', gzipSync('a,b\n1,2\n'), { CSV: { FileHeaderInfo: 'USE' }, CompressionType: 'GZIP' }, '1,2\n'],
  ])('%s', async (_, text, InputSerialization, expected) => {
    expect(await select(text, InputSerialization === undefined ? {} : { InputSerialization })).toBe(expected);
  });
});

describe('OutputSerialization', () => {
  test.each<[string, SelectRequest['OutputSerialization'], string]>([
    ['CSV', { CSV: {} }, 'x,"y,z"\n'],
    ['CSV, QuoteFields ALWAYS', { CSV: { QuoteFields: 'ALWAYS' } }, '"x","y,z"\n'],
    ['CSV, other delimiters', { CSV: { FieldDelimiter: ';', RecordDelimiter: '|' } }, 'x;y,z|'],
    ['CSV, another quote and escape', { CSV: { QuoteFields: 'ALWAYS', QuoteCharacter: "'" } }, "'x','y,z'\n"],
    ['JSON', { JSON: {} }, '{"a":"x","b":"y,z"}\n'],
    ['JSON, RecordDelimiter', { JSON: { RecordDelimiter: ',' } }, '{"a":"x","b":"y,z"},'],
  ])('%s', async (_, OutputSerialization, expected) => {
    expect(await select('a,b\nx,"y,z"\n', OutputSerialization === undefined ? {} : { OutputSerialization })).toBe(
      expected,
    );
  });
});

describe('ScanRange: the records that begin inside', () => {
  const body = 'id\n11\n22\n33\n44\n';
  test.each([
    ['from the first byte of a record to that of another', { Start: 6, End: 9 }, '22\n33\n'],
    ['not from its second byte', { Start: 7, End: 9 }, '33\n'],
    ['Start alone: to the end', { Start: 9 }, '33\n44\n'],
    ['End alone: the last bytes', { End: 6 }, '33\n44\n'],
    ['End alone, more than there are', { End: 600 }, '11\n22\n33\n44\n'],
    ['the header is no record', { Start: 0, End: 3 }, '11\n'],
    ['none', { Start: 4, End: 5 }, ''],
    ['beyond the object', { Start: 400, End: 500 }, ''],
  ])('%s', async (_, ScanRange, expected) => {
    expect(await select(body, { ScanRange })).toBe(expected);
  });

  test('counts and limits what is inside', async () => {
    expect(await select(body, { ScanRange: { Start: 6, End: 9 }, Expression: 'SELECT COUNT(*) FROM S3Object' })).toBe(
      '2\n',
    );
    expect(await select(body, { ScanRange: { Start: 6 }, Expression: 'SELECT id FROM S3Object LIMIT 2' })).toBe(
      '22\n33\n',
    );
  });

  test('every record is in exactly one of the ranges that an object is cut into', async () => {
    for (let size = 1; size < body.length; size++) {
      let all = '';
      for (let at = 0; at < body.length; at += size)
        all += await select(body, { ScanRange: { Start: at, End: at + size - 1 } });
      expect(all).toBe('11\n22\n33\n44\n');
    }
  });
});

test.each<[Partial<SelectRequest>, string]>([
  [{ ExpressionType: 'XQuery' }, 'InvalidExpressionType'],
  [{ InputSerialization: {} }, 'MissingRequiredParameter'],
  [{ InputSerialization: { CSV: {}, JSON: { Type: 'LINES' } } }, 'ObjectSerializationConflict'],
  [{ InputSerialization: { JSON: { Type: 'ROWS' } } }, 'InvalidJsonType'],
  [{ InputSerialization: { CSV: { FileHeaderInfo: 'YES' } } }, 'InvalidFileHeaderInfo'],
  [{ InputSerialization: { CSV: {}, CompressionType: 'LZMA' } }, 'InvalidCompressionFormat'],
  [{ InputSerialization: { Parquet: {}, CSV: {} } }, 'ObjectSerializationConflict'],
  [{ InputSerialization: { Parquet: {}, CompressionType: 'GZIP' } }, 'InvalidCompressionFormat'],
  [{ OutputSerialization: {} }, 'MissingRequiredParameter'],
  [{ OutputSerialization: { CSV: {}, JSON: {} } }, 'ObjectSerializationConflict'],
  [{ OutputSerialization: { CSV: { QuoteFields: 'SOME' } } }, 'InvalidQuoteFields'],
  [{ ScanRange: { Start: 5, End: 4 } }, 'InvalidScanRange'],
  [{ ScanRange: { Start: -5 } }, 'InvalidScanRange'],
  [{ ScanRange: { Start: 5 }, InputSerialization: { CSV: {}, CompressionType: 'GZIP' } }, 'UnsupportedScanRangeInput'],
  [{ ScanRange: { Start: 5 }, InputSerialization: { JSON: { Type: 'DOCUMENT' } } }, 'UnsupportedScanRangeInput'],
])('%j is refused: %s', async (request, code) => {
  await expect(select('a\n1\n', request)).rejects.toMatchObject({ code, stage: 'select' });
});

test('throws at the first record that fails, after the rows before it, with its place and none of its text', async () => {
  const rows: string[] = [];
  const run = async () => {
    const Expression = 'SELECT CAST(s.a AS INT) FROM S3Object s';
    for await (const chunk of selectObjectContent(bodyOf('a\n1\nsecret\n3\n'), { ...REQUEST, Expression })) {
      rows.push(Buffer.from(chunk).toString());
    }
  };
  await expect(run()).rejects.toMatchObject({
    code: 'CastFailed',
    message: 'this STRING cannot be cast to INT (record of 7 bytes at byte 4)',
    context: { offset: 4, length: 7 },
  });
  expect(rows.join('')).toBe('1\n');
});
