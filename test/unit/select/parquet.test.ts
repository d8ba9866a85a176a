import type { RandomAccess } from '../../../lib/object/contract.ts';
import { bufferAccess } from '../../../lib/object/random-access.ts';
import type { ResumePoint, RowBatch } from '../../../lib/select/batch.ts';
import { prepare, selectObjectContent } from '../../../lib/select/index.ts';
import { rejected } from '../../support/caught.ts';
import { copied, watched } from '../../support/parquet.ts';
import { texts } from '../../support/rows.ts';
import { JSONL, selectAll } from '../../support/select.ts';

const ROWS = `SELECT i AS id, 'user-' || (i % 7) AS name, (i * 0.25)::DECIMAL(12, 2) AS amount, (i % 10)::INT AS status,
  CASE WHEN i % 3 = 0 THEN NULL ELSE [i, NULL, i + 1] END AS items, {'a': i, 'b': 'x' || i} AS nested
  FROM range(5000) t(i)`;
const GROUPS = 'FORMAT parquet, ROW_GROUP_SIZE 2048';

let file: Buffer;
beforeAll(async () => {
  file = await copied(ROWS, GROUPS);
});

async function batchesOf(sql: string, source: RandomAccess, resume?: ResumePoint, maxRows = 2000): Promise<RowBatch[]> {
  const batches: RowBatch[] = [];
  const query = prepare(sql, { input: { kind: 'parquet' }, output: { kind: 'json' }, maxRows });
  for await (const batch of query.run(source, resume)) batches.push(batch);
  return batches;
}

async function rowsOf(
  sql: string,
  source: RandomAccess | Buffer<ArrayBufferLike>,
  resume?: ResumePoint,
): Promise<string[]> {
  const batches = await batchesOf(sql, Buffer.isBuffer(source) ? bufferAccess(source) : source, resume);
  expect(batches.flatMap(({ failures }) => failures)).toEqual([]);
  return batches.flatMap((batch) => texts(batch.values, 0, batch.count));
}

describe('types', () => {
  const cases: readonly (readonly [sql: string, json: string])[] = [
    ['9007199254740993::BIGINT', '9007199254740993'],
    ['(-9223372036854775808)::BIGINT', '-9223372036854775808'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'],
    ['4294967295::UINTEGER', '4294967295'],
    ['255::UTINYINT', '255'],
    ['(-5)::TINYINT', '-5'],
    ['1234567890123456789012345678.0123456789::DECIMAL(38,10)', '1234567890123456789012345678.0123456789'],
    ['(-0.05)::DECIMAL(5,2)', '-0.05'],
    ['12.345::DECIMAL(18,3)', '12.345'],
    ['0.1::FLOAT', '0.1'],
    ['16777217::DOUBLE', '16777217'],
    ['0.1::DOUBLE + 0.2::DOUBLE', '0.30000000000000004'],
    ["'NaN'::DOUBLE", '"NaN"'],
    ["'-inf'::FLOAT", '"-Infinity"'],
    ['true', 'true'],
    ["'Grüße \"q\" \\ ' || chr(10) || chr(0) || '☃'", '"Grüße \\"q\\" \\\\ \\n\\u0000☃"'],
    ["'\\xAA\\xBB'::BLOB", '"qrs="'],
    ["UUID '12345678-1234-1234-1234-1234567890ab'", '"12345678-1234-1234-1234-1234567890ab"'],
    ["'on'::ENUM('on', 'off')", '"on"'],
    ['NULL::VARCHAR', 'null'],
    ["TIMESTAMPTZ '2020-01-02 03:04:05.678901Z'", '"2020-01-02T03:04:05.678901Z"'],
    ["TIMESTAMP '2020-01-02 03:04:05.678901'", '"2020-01-02T03:04:05.678901-00:00"'],
    ["TIMESTAMP_NS '1960-01-02 03:04:05.678901234'", '"1960-01-02T03:04:05.678901234-00:00"'],
    ["TIMESTAMP_MS '1969-12-31 23:59:59.999'", '"1969-12-31T23:59:59.999-00:00"'],
    ["'infinity'::TIMESTAMP", '"infinity"'],
    ["DATE '2020-02-29'", '"2020-02-29"'],
    ["TIME '03:04:05.678901'", '"03:04:05.678901"'],
    ['[1, NULL, 3]', '[1,null,3]'],
    ['[]::INT[]', '[]'],
    ['NULL::INT[]', 'null'],
    ['[[1], [], NULL, [2, NULL]]', '[[1],[],null,[2,null]]'],
    ["{'a': 1, 'b': [{'c': 9007199254740993}, NULL]}", '{"a":1,"b":[{"c":9007199254740993},null]}'],
    ['NULL::STRUCT(a INT)', 'null'],
    ["MAP {'z': 1.50::DECIMAL(3, 2), 'a': NULL}", '{"z":1.50,"a":null}'],
    ['MAP {30: true, 4: false}', '{"30":true,"4":false}'],
    ['NULL::MAP(VARCHAR, INT)', 'null'],
  ];

  it('come out exact', async () => {
    const bytes = await copied(`SELECT ${cases.map(([sql], i) => `${sql} AS c${i}`).join(', ')}`);
    const expected = cases.map(([, json], i) => `"c${i}":${json}`);
    expect(await rowsOf('SELECT * FROM S3Object', bytes)).toEqual([`{${expected.join(',')}}`]);
  });

  it('that are not read are refused, but only where they are asked for', async () => {
    const bytes = await copied('SELECT 1 AS a, INTERVAL 3 DAYS AS pause');
    expect(await rowsOf('SELECT a FROM S3Object', bytes)).toEqual(['{"a":1}']);
    expect(await rejected(rowsOf('SELECT * FROM S3Object', bytes))).toMatchObject({
      code: 'UnsupportedParquetType',
      message: 'column pause is of type INTERVAL',
      fix: expect.stringContaining('Name only the other columns'),
    });
  });
});

it('moments are timestamps beside timestamps, and text beside text', async () => {
  const bytes = await copied(
    "SELECT i AS id, TIMESTAMPTZ '2024-02-28 23:59:59.000001Z' + INTERVAL (i) DAY AS at, DATE '2024-02-28' + i::INT AS day FROM range(4) t(i)",
  );
  const sql = (where: string) => `SELECT id FROM S3Object s WHERE ${where}`;
  const cases = [
    ['s."at" > `2024-02-29T23:59:59.000000Z`', '1,2,3'],
    ['s."AT" IS MISSING OR "at" = `2024-02-29T23:59:59.000001Z`', undefined],
    ['s."at" < \'2024-02-29\'', '0'],
    ['s."at" LIKE \'2024-03-%\'', '2,3'],
    ['s."day" >= `2024-03-01T`', '2,3'],
    ['EXTRACT(MONTH FROM s."at") = 3', '2,3'],
    ['DATE_DIFF(day, s."day", `2024-03-01T`) = 2', '0'],
  ] as const;
  for (const [where, ids] of cases) {
    const rows = await rowsOf(sql(where), bytes).catch((error: { code: string }) => error.code);
    expect([where, rows]).toEqual([where, ids?.split(',').map((id) => `{"id":${id}}`) ?? 'MissingHeaderName']);
  }
  expect(await rowsOf('SELECT s."at", TO_STRING(s."day", \'d.M.\') AS d FROM S3Object s LIMIT 1', bytes)).toEqual([
    '{"at":"2024-02-28T23:59:59.000001Z","d":"28.2."}',
  ]);
});

describe('queries', () => {
  const queries = [
    'SELECT * FROM S3Object',
    "SELECT id, name FROM S3Object s WHERE s.amount > 1000 AND s.name LIKE '%5'",
    'SELECT s.nested.a, s.items[2] AS third FROM S3Object s WHERE s.items IS NOT NULL AND status IN (3, 4)',
    'SELECT COUNT(*), SUM(amount), MAX(s.nested.b) FROM S3Object s',
    'SELECT s.id FROM S3Object s WHERE s.status = 9 LIMIT 7',
    'SELECT s.a FROM S3Object[*].nested s WHERE s.a < 10',
    'SELECT e AS item FROM S3Object[*].items[*] e WHERE e < 50',
    'SELECT COUNT(*) FROM S3Object',
  ];
  let lines: Buffer;
  beforeAll(async () => {
    lines = await copied(ROWS, 'FORMAT json');
  });

  it.each(queries)('as over JSON lines: %s', async (sql) => {
    const { rows } = await selectAll(sql, JSONL, lines);
    expect(await rowsOf(sql, file)).toEqual(rows.map((row) => row.replace(/("amount":\d+\.\d)(?=[,}])/g, '$10')));
  });

  it('begin again behind any batch', async () => {
    const sql = 'SELECT id FROM S3Object s WHERE s.status < 5 LIMIT 2000';
    const whole = await rowsOf(sql, file);
    const batches = await batchesOf(sql, bufferAccess(file), undefined, 170);
    expect(batches.length).toBeGreaterThan(10);
    let returned = 0;
    for (const { to, count, offsets } of batches) {
      expect(offsets.subarray(0, count)).toEqual(
        new Float64Array(whole.slice(returned, returned + count).map((row) => Number(JSON.parse(row).id))),
      );
      returned += count;
      expect(await rowsOf(sql, bufferAccess(file), { offset: to, returned })).toEqual(whole.slice(returned));
    }
  });

  it('name a failed record by its row', async () => {
    const batches = await batchesOf('SELECT 10 / (s.id - 4321) AS x FROM S3Object s', bufferAccess(file));
    const failures = batches.flatMap((batch) => batch.failures);
    expect(failures).toMatchObject([{ offset: 4321, length: 1 }]);
    expect(batches.at(-1)).toMatchObject({ to: 5000 });
  });

  it('refuse a column that the file has not', async () => {
    expect(await rejected(rowsOf('SELECT nam FROM S3Object', file))).toMatchObject({
      code: 'MissingHeaderName',
      fix: expect.stringContaining('id, name, amount'),
    });
  });

  it("run through AWS's face, in memory", async () => {
    const request = {
      Expression: 'SELECT s.name FROM S3Object s LIMIT 1',
      InputSerialization: { Parquet: {} },
      OutputSerialization: { CSV: {} },
    };
    const body = (async function* () {
      yield file.subarray(0, 1000);
      yield file.subarray(1000);
    })();
    const out: Uint8Array[] = [];
    for await (const chunk of selectObjectContent(body, request)) out.push(chunk);
    expect(Buffer.concat(out).toString()).toBe('user-0\n');
  });
});

describe('reads', () => {
  it.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli'])('pages compressed with %s', async (codec) => {
    const bytes = await copied(ROWS, `FORMAT parquet, COMPRESSION ${codec}`);
    expect(await rowsOf('SELECT id, name FROM S3Object WHERE id = 4999', bytes)).toEqual([
      '{"id":4999,"name":"user-1"}',
    ]);
  });

  it.each(['V1', 'V2'])('encodings of version %s', async (version) => {
    const bytes = await copied(ROWS, `FORMAT parquet, PARQUET_VERSION ${version}`);
    expect(await rowsOf('SELECT * FROM S3Object', bytes)).toEqual(await rowsOf('SELECT * FROM S3Object', file));
  });

  it('only the columns that the query names, and only the row groups that it reaches', async () => {
    const wide = await copied(
      `SELECT i AS id, md5(i::VARCHAR) AS a, sha256(i::VARCHAR) AS b FROM range(6000) t(i)`,
      GROUPS,
    );
    const sumOf = async (sql: string, resume?: ResumePoint) => {
      const source = watched(wide);
      await rowsOf(sql, source, resume);
      const [tail, ...pages] = source.reads;
      expect(tail?.[1]).toBe(wide.length);
      return pages.reduce((sum, [from, to]) => sum + to - from, 0);
    };
    const whole = await sumOf('SELECT * FROM S3Object');
    expect(await sumOf('SELECT id FROM S3Object')).toBeLessThan(whole / 5);
    expect(await sumOf('SELECT COUNT(*) FROM S3Object')).toBe(0);
    expect(await sumOf('SELECT * FROM S3Object LIMIT 5')).toBeLessThan(whole / 2);
    expect(await sumOf('SELECT * FROM S3Object', { offset: 4096 })).toBeLessThan(whole / 2);
    expect(await sumOf('SELECT * FROM S3Object', { offset: 6000 })).toBe(0);
  });
});
