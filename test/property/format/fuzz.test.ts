import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { type CsvOptions, type InputFormat, LOG_PRESETS } from '../../../lib/format/options.ts';
import { decompress } from '../../../lib/object/decompress/index.ts';
import { prepare } from '../../../lib/select/index.ts';
import { bzip2 } from '../../support/bzip2.ts';
import { cutAt } from '../../support/chunks.ts';
import { FUZZ_TIMEOUT, fuzz, spoiled } from '../../support/fuzz.ts';
import { texts } from '../../support/rows.ts';
import { zstd } from '../../support/zstd.ts';

const CSV_TEXT = 'id,"na me",v\r\n1,"a,""b""",1.5\r\n2,é😀,x\n#3,,\n"4","l\nm",7\n5;last|9\t\'q\'\n';
const JSON_TEXT =
  '{"id":1,"v":"é😀","n":{"a":[1,2.5e3,null]}}\n[{"id":"2"},{"id":3}] {"id":-0.0,"v":"\\ud83d\\ude00\\n"}\r\n{"v":true}\n';
const LOG_TEXT =
  'h2 2026-11-20T10:12:55.123456Z app/front/50 10.0.0.1:2817 10.1.0.9:80 0.0 0.0 0.0 200 200 34 366 "GET https://x/ HTTP/1.1" "curl" - TLSv1.3 arn "Root=1" "x" "-" 1 2026-11-20T10:12:54Z "forward" "-" "-" "-" "-" "-" "-"\n' +
  '#Fields: date time c-ip\n2026-11-20\t10:12:55\t10.0.0.1\n2 123456789010 eni-1 10.0.0.1 10.0.0.2 20641 22 6 20 4249 1 2 ACCEPT OK\n' +
  'owner bucket [06/Feb/2026:00:00:38 +0000] 10.0.0.1 r id REST.GET.OBJECT key "GET /k?x=""y HTTP/1.1" 200 - 1 2 3 4 "-" "agent" -\n';

const marks = fc.constantFrom(',', ';', '\t', '|', "'", '"', '\\', '\n', '\r\n', '||', '#', 'é');
const csvOptions: fc.Arbitrary<CsvOptions> = fc.record(
  {
    header: fc.constantFrom('use', 'ignore', 'none'),
    delimiter: marks,
    recordDelimiter: marks,
    quote: fc.option(marks),
    escape: marks,
    comment: fc.option(marks),
    quotedRecordDelimiter: fc.boolean(),
    fieldCount: fc.constantFrom('lenient', 'strict'),
  },
  { requiredKeys: [] },
);

interface Job {
  readonly input: InputFormat;
  readonly sql: string;
  readonly body: Buffer;
}

const STAR = 'SELECT * FROM S3Object s';
const jobs: fc.Arbitrary<Job> = fc.oneof(
  fc.record({
    input: csvOptions.map((csv) => ({ kind: 'csv', csv }) as const),
    sql: fc.constantFrom(STAR, "SELECT s._2, s._1 + 1 AS n FROM S3Object s WHERE s._3 > 1 OR s._1 LIKE '%a%'"),
    body: spoiled(fc.constant(Buffer.from(CSV_TEXT))),
  }),
  fc.record({
    input: fc.constantFrom({ kind: 'jsonl' } as const, { kind: 'json' } as const),
    sql: fc.constantFrom(
      STAR,
      'SELECT * FROM S3Object[*].n.a[*] s',
      "SELECT s.v, s.id FROM S3Object s WHERE s.id >= 1 OR s.v = 'é😀'",
    ),
    body: spoiled(fc.constant(Buffer.from(JSON_TEXT))),
  }),
  fc.record({
    input: fc.constantFrom(...LOG_PRESETS).map((preset) => ({ kind: 'log', preset }) as const),
    sql: fc.constant(STAR),
    body: spoiled(fc.constant(Buffer.from(LOG_TEXT))),
  }),
);

const OWN_ERRORS = ['InvalidCsvOptions', 'MissingHeaderName', 'AmbiguousFieldName'];

/** Whatever the bytes are: rows that are JSON, failures inside the object and in order, and batches that tile it. */
async function expectRecords({ input, sql, body }: Job): Promise<void> {
  try {
    let at = 0;
    let place = -1;
    for await (const batch of prepare(sql, { input, output: { kind: 'json' } }).run(cutAt(body, [body.length >> 1]))) {
      for (const row of texts(batch.values, 0, batch.count)) JSON.parse(row);
      expect(batch.from).toBe(at);
      expect(batch.to).toBeGreaterThanOrEqual(at);
      at = batch.to;
      for (const { code, offset, length } of batch.failures) {
        expect(code).toMatch(/^[A-Z]\w+$/);
        expect(offset).toBeGreaterThan(place);
        expect(offset + length).toBeLessThanOrEqual(body.length);
        place = offset;
      }
    }
    expect(at).toBeLessThanOrEqual(body.length);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    expect(OWN_ERRORS).toContain(error.code);
  }
}

test('records, spoiled', () => fuzz('records', jobs, expectRecords), FUZZ_TIMEOUT);

const stored = fc.oneof(
  spoiled(fc.constant(gzipSync(CSV_TEXT.repeat(20)))),
  spoiled(fc.constant(bzip2([Buffer.from(CSV_TEXT.repeat(20))]))),
  spoiled(fc.constant(zstd([Buffer.from(CSV_TEXT.repeat(20))]))),
);

test(
  'compressed objects, spoiled, give good bytes and then an error of their own',
  () =>
    fuzz('compressed', stored, async (bytes) => {
      let good = 0;
      try {
        const { bytes: plain } = await decompress(cutAt(bytes, [3, bytes.length >> 1]), 'auto');
        for await (const chunk of plain) good += chunk.length;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        expect(['TruncatedObject', 'CorruptObject', 'UnsupportedCompression']).toContain(error.code);
        expect(error.context.offset ?? good).toBeLessThanOrEqual(good);
      }
    }),
  FUZZ_TIMEOUT,
);
