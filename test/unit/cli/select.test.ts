import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { errorsProject, removeProjects, sluice } from '../../support/cli-fakes.ts';
import { copied } from '../../support/parquet.ts';
import { S3Server } from '../../support/s3-server.ts';

const CSV = 'id,status\na,200\nb,503\nc,x\nd,"500"\n';
const FAILING = 'SELECT s.id, CAST(s.status AS INT) AS status FROM S3Object s';
const ERRORS = 'SELECT s.id FROM S3Object s WHERE s.status >= 500';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'sluice-select-'));
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
  await removeProjects();
});

const select = (args: readonly string[], input = CSV) => sluice(['select', ...args], { cwd, input });

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const found = path.join(cwd, name);
  await writeFile(found, content);
  return found;
}

test('rows of standard input, one JSON object a line; no project is needed', async () => {
  expect(await select([ERRORS, '--header', 'use'])).toMatchObject({
    code: 0,
    out: '{"id":"b"}\n{"id":"d"}\n',
    err: '',
  });
  expect((await select([ERRORS, '-', '--header', 'use'])).out).toBe('{"id":"b"}\n{"id":"d"}\n');
});

test('a file, compressed or not, read as its name says', async () => {
  const csv = await file('a.csv', CSV);
  const gzip = await file('a.csv.gz', gzipSync(CSV));
  const lines = await file('a.ndjson.gz', gzipSync('{"status":500,"id":"j"}\n'));
  const tabs = await file('a.tsv', 'id\tstatus\nt,\t501\n');
  const rows = async (name: string, ...args: string[]) => (await select([ERRORS, name, ...args])).out;
  expect(await rows(csv, '--header', 'use')).toBe('{"id":"b"}\n{"id":"d"}\n');
  expect(await rows(gzip, '--header', 'use')).toBe('{"id":"b"}\n{"id":"d"}\n');
  expect(await rows(gzip, '--header', 'use', '--compression', 'gzip')).toBe('{"id":"b"}\n{"id":"d"}\n');
  expect(await rows(lines)).toBe('{"id":"j"}\n');
  expect(await rows(tabs, '--header', 'use')).toBe('{"id":"t,"}\n');
});

test('Parquet, told by its name: a file and standard input', async () => {
  const bytes = await copied('SELECT i AS id, i * 100 AS status FROM range(8) t(i)');
  const rows = { code: 0, out: '{"id":5}\n{"id":6}\n{"id":7}\n', err: '' };
  const name = await file('a.parquet', bytes);
  expect(await select([ERRORS, name])).toMatchObject(rows);
  const piped = await sluice(['select', ERRORS, '--format', 'parquet'], { cwd, input: bytes });
  expect(piped).toMatchObject(rows);
  const failing = await select(['SELECT 1 / (s.id - 2) AS x FROM S3Object s', name]);
  expect(failing).toMatchObject({ code: 1, err: expect.stringContaining('row 2, counted from 0') });
  const skipping = await select(['SELECT 1 / (s.id - 2) AS x FROM S3Object s', name, '--on-error', 'skip']);
  expect(skipping).toMatchObject({ code: 0, err: expect.stringContaining('rejected row 2:') });
  expect(await select([ERRORS, await file('b.parquet', CSV)])).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not end as a Parquet file does'),
  });
  const compressed = await select([ERRORS, name, '--compression', 'gzip']);
  expect(compressed.err).toContain('--compression means nothing for parquet');
});

test.each([
  ['delimiter', 'a;1\n', ['--delimiter', ';'], 'a|1\n'],
  ['a tab as a shell writes it', 'a,b\t1\n', ['--delimiter', '\\t'], 'a,b|1\n'],
  ['record delimiter', 'a,1;b,2', ['--record-delimiter', ';'], 'a|1\nb|2\n'],
  ['quote', "'a,b',1\n", ['--quote', "'"], 'a,b|1\n'],
  ['no quote', '"a,b"\n', ['--quote', ''], '"""a"|"b"""\n'],
  ['escape', '"a\\"b",1\n', ['--escape', '\\'], '"a""b"|1\n'],
  ['comment', '#x\na,1\n', ['--comment', '#'], 'a|1\n'],
  ['header ignored', 'x,y\na,1\n', ['--header', 'ignore'], 'a|1\n'],
  ['quotes always', 'a,1\n', ['--quote-fields', 'always'], '"a"|"1"\n'],
  ['end of a row', 'a,1\nb,2\n', ['--output-record-delimiter', ';'], 'a|1;b|2;'],
])('%s', async (_, input, flags, rows) => {
  const args = ['SELECT * FROM S3Object s', '--output', 'csv', '--output-delimiter', '|', ...flags];
  expect(await select(args, input)).toMatchObject({ code: 0, out: rows });
});

test("raw output is the record's own bytes, and presets read logs", async () => {
  expect((await select(['SELECT * FROM S3Object s LIMIT 1', '--output', 'raw'], '"a",b\n')).out).toBe('"a",b\n');
  const flow = '2 123456789010 eni-1 10.0.0.1 10.0.0.2 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n';
  expect((await select(['SELECT s.srcaddr FROM S3Object s', '--format', 'vpc-flow'], flow)).out).toBe(
    '{"srcaddr":"10.0.0.1"}\n',
  );
});

describe('records that fail', () => {
  test('stop after the rows before, with the place', async () => {
    const { code, out, err } = await select([FAILING, '--header', 'use']);
    expect({ code, out }).toEqual({ code: 1, out: '{"id":"a","status":200}\n{"id":"b","status":503}\n' });
    expect(err).toMatch(/record of 4 bytes at byte 22/);
    expect(err).toContain('--on-error skip');
  });

  test('are skipped, told of and counted', async () => {
    const { code, out, err } = await select([FAILING, '--header', 'use', '--on-error', 'skip']);
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(4);
    expect(err).toMatch(/^rejected bytes 22–26: .*\(CastFailed\)\n1 of 4 records rejected$/);
  });

  test('are told of ten times, and counted further', async () => {
    const { out, err } = await select(
      [FAILING, '--header', 'use', '--on-error', 'skip'],
      `id,status\n${'a,x\n'.repeat(25)}`,
    );
    expect(out).toBe('');
    expect(err.split('\n')).toHaveLength(11);
    expect(err).toContain('25 of 25 records rejected');
  });

  test('cannot be skipped when the input ends in one', async () => {
    const document = '[{"id":1},{"id":';
    const { code, out } = await select(
      ['SELECT s.id FROM S3Object[*] s', '--format', 'json', '--on-error', 'skip'],
      document,
    );
    expect({ code, out }).toEqual({ code: 1, out: expect.not.stringContaining('undefined') });
  });

  test('a cut gzip keeps the rows of its whole records', async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => `a${i},${i * 7919}\n`).join(''));
    const cut = await file('cut.csv.gz', whole.subarray(0, whole.length - 1000));
    const { code, out, err } = await select(['SELECT s._1 FROM S3Object s', cut]);
    expect(code).toBe(1);
    expect(out).toContain('{"_1":"a0"}');
    expect(out.endsWith('"}\n')).toBe(true);
    expect(err).toContain('error:');
  });
});

describe('--json', () => {
  test('is one document', async () => {
    const { code, out } = await select([ERRORS, '--header', 'use', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      rows: [{ id: 'b' }, { id: 'd' }],
      scanned: 4,
      matched: 2,
      rejected: 0,
      bytes: 34,
    });
    expect(JSON.parse((await select(['SELECT s._1 FROM S3Object s WHERE s._1 = 1', '--json'])).out).rows).toEqual([]);
  });

  test('holds the error that ended the rows', async () => {
    const { code, out, err } = await select([FAILING, '--header', 'use', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      rows: [{ id: 'a' }, { id: 'b' }],
      rejected: 1,
      error: { code: 'CastFailed' },
    });
    expect(err).toContain('byte 22');
  });
});

test.each([
  ['a query that is none', ['SELECT FROM', '-'], /error: 1:8: /],
  ['a column that is not there', ['SELECT s.x FROM S3Object s', '-', '--header', 'use'], /it has: id, status/],
  ['a file that is not there', ['SELECT * FROM S3Object', 'nofile'], /there is no file nofile/],
  ['a path that is not there', ['SELECT * FROM S3Object', './nofile'], /there is no file .*nofile/],
  ['a format that is none', ['SELECT * FROM S3Object', '-', '--format', 'xml'], /one of: csv, jsonl/],
  ['a header that is none', ['SELECT * FROM S3Object', '-', '--header', 'yes'], /one of: use, ignore, none/],
  ['a long delimiter', ['SELECT * FROM S3Object', '-', '--delimiter', 'abc'], /has 3 characters/],
  [
    'a flag of csv for JSON',
    ['SELECT * FROM S3Object', '-', '--format', 'jsonl', '--quote', 'x'],
    /--quote is for csv/,
  ],
  ['a flag of csv output for JSON', ['SELECT * FROM S3Object', '-', '--output-delimiter', 'x'], /--output csv/],
  ['a policy that is none', ['SELECT * FROM S3Object', '-', '--on-error', 'retry'], /stop or skip/],
  ['a compression that is none', ['SELECT * FROM S3Object', '-', '--compression', 'rar'], /one of: auto, none/],
  ['a document of CSV', ['SELECT * FROM S3Object', '-', '--json', '--output', 'csv'], /Leave out one/],
])('%s is an error of use', async (_, args, message) => {
  const { code, out, err } = await select(args);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
  if (!args.includes('--json')) expect(out).toBe('');
});

test('a terminal is not waited for', async () => {
  const { code, err } = await sluice(['select', 'SELECT * FROM S3Object'], { cwd, answers: [] });
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('nothing to select from') });
});

describe('an object', () => {
  const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const before = credentials.map((name) => process.env[name]);
  beforeAll(() => {
    for (const name of credentials) process.env[name] = 'test';
  });
  afterAll(() => {
    credentials.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  });

  test('is read from a store of S3, and its errors name it', async () => {
    const server = new S3Server(Buffer.from(CSV));
    const endpoint = await server.listen();
    try {
      const store = ['s3://logs/a.csv', '--header', 'use', '--endpoint', endpoint, '--region', 'eu-central-1'];
      expect(await select([ERRORS, ...store])).toMatchObject({ code: 0, out: '{"id":"b"}\n{"id":"d"}\n' });
      const { code, err } = await select([FAILING, ...store]);
      expect(code).toBe(1);
      expect(err).toContain('at s3://logs/a.csv, byte 22');
    } finally {
      await server.close();
    }
  });

  test('Parquet, by ranges', async () => {
    const server = new S3Server(await copied('SELECT i AS id, i * 100 AS status FROM range(8) t(i)'));
    const endpoint = await server.listen();
    try {
      const store = ['s3://logs/a.parquet', '--endpoint', endpoint, '--region', 'eu-central-1'];
      expect(await select([ERRORS, ...store])).toMatchObject({ code: 0, out: '{"id":5}\n{"id":6}\n{"id":7}\n' });
      expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET']);
    } finally {
      await server.close();
    }
  });
});

describe('--explain', () => {
  test('tells what the query needs, and reads nothing', async () => {
    const { code, out } = await select([`${ERRORS} LIMIT 3`, '/no/such/file', '--header', 'use', '--explain']);
    expect(code).toBe(0);
    expect(out).toMatch(/^columns +id, status\nfilter +on the record's bytes.*\nstate +none.*\nlimit +3: /);
  });

  test('as a document', async () => {
    const { out } = await select([
      "SELECT SUM(s.a) FROM S3Object s WHERE LOWER(s.b) = 'x'",
      '--header',
      'use',
      '--explain',
      '--json',
    ]);
    expect(JSON.parse(out)).toMatchObject({ filter: 'values', aggregates: [expect.stringContaining('SUM')] });
  });

  test("of a rule's query, without its object", async () => {
    const { code, out } = await sluice(['preview', 'errors', '--explain'], { cwd: await errorsProject() });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^columns +id, status\n/) });
  });
});
