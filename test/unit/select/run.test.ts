import { SluiceError } from '../../../lib/failure/index.ts';
import type { RowBatch } from '../../../lib/select/batch.ts';
import { prepare } from '../../../lib/select/index.ts';
import { CSV, JSONL, pieces, selectAll } from '../../support/select.ts';

const PEOPLE = 'id,name,age\n1,Ann,31\n2,Bob,x\n3,Cy,7\n4,Di,55\n';

test('rows carry the byte offset of their records', async () => {
  const { rows, offsets, batches } = await selectAll('SELECT s.name FROM S3Object s WHERE s.age > 10', CSV, PEOPLE);
  expect(rows).toEqual(['{"name":"Ann"}', '{"name":"Di"}']);
  expect(offsets).toEqual([PEOPLE.indexOf('1,Ann'), PEOPLE.indexOf('4,Di')]);
  expect(batches).toHaveLength(1);
  expect(batches[0]).toMatchObject({ scanned: 4, from: 0, to: PEOPLE.length, last: false });
});

test('a record that fails is a value, and the records around it go on', async () => {
  const { rows, failures } = await selectAll('SELECT CAST(s.age AS INT) AS age FROM S3Object s', CSV, PEOPLE);
  expect(rows).toEqual(['{"age":31}', '{"age":7}', '{"age":55}']);
  expect(failures).toEqual([
    {
      code: 'CastFailed',
      reason: 'this STRING cannot be cast to INT',
      offset: PEOPLE.indexOf('2,Bob'),
      length: 8,
      raw: new Uint8Array(Buffer.from('2,Bob,x')),
    },
  ]);
});

test('nothing is left of a row whose later column fails', async () => {
  const { rows, keys } = await selectAll(
    'SELECT s.id, s.name, 10 / (s.id - 2) AS v FROM S3Object s',
    { ...CSV, key: 'id' },
    PEOPLE,
  );
  expect(rows).toEqual([
    '{"id":"1","name":"Ann","v":-10}',
    '{"id":"3","name":"Cy","v":10}',
    '{"id":"4","name":"Di","v":5}',
  ]);
  expect(keys).toEqual(['1', '3', '4']);
});

test('failures of reading and of evaluating stand in the order of the source', async () => {
  const body = '{"a":1}\n{"a":\n{"a":0}\n{"a":2}\nnope\n';
  const { rows, failures, batches } = await selectAll('SELECT 6 / s.a AS v FROM S3Object s', JSONL, body);
  expect(rows).toEqual(['{"v":6}', '{"v":3}']);
  expect(failures.map(({ code, offset }) => [code, offset])).toEqual([
    ['JSONParsingError', 8],
    ['DivideByZero', 14],
    ['JSONParsingError', 30],
  ]);
  expect(batches.at(-1)).toMatchObject({ scanned: 5, to: body.length });
});

describe('batches', () => {
  test('end at the wanted number of rows, and join without gap', async () => {
    const { batches } = await selectAll('SELECT s.id FROM S3Object s', { ...CSV, maxRows: 3 }, PEOPLE);
    expect(batches.map(({ count, from, to }) => [count, from, to])).toEqual([
      [3, 0, PEOPLE.indexOf('4,Di')],
      [1, PEOPLE.indexOf('4,Di'), PEOPLE.length],
    ]);
  });

  test('end at the wanted bytes of output or of source', async () => {
    const bytes = await selectAll('SELECT s.id FROM S3Object s', { ...CSV, maxBytes: 15 }, PEOPLE);
    expect(bytes.batches.map(({ count }) => count)).toEqual([2, 2, 0]);
    const source = await selectAll('SELECT s.id FROM S3Object s WHERE FALSE', { ...CSV, maxSourceBytes: 20 }, PEOPLE);
    expect(source.batches.map(({ count, scanned }) => [count, scanned])).toEqual([
      [0, 1],
      [0, 3],
      [0, 0],
    ]);
  });

  test('own their arrays: nobody writes to them later', async () => {
    const { batches } = await selectAll('SELECT s.id FROM S3Object s', { ...CSV, maxRows: 1 }, PEOPLE);
    const rows = batches
      .filter(({ count }) => count > 0)
      .map(({ values }) => Buffer.from(values.bytes.subarray(0, values.ends[0])).toString());
    expect(rows).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"3"}', '{"id":"4"}']);
  });

  test('never end between two rows of one source record', async () => {
    const { batches } = await selectAll(
      'SELECT x FROM S3Object[*].a[*] x',
      { ...JSONL, maxRows: 1 },
      '{"a":[1,2,3]}\n{"a":[4]}\n',
    );
    expect(batches.map(({ count, scanned, to }) => [count, scanned, to])).toEqual([
      [3, 1, 14],
      [1, 1, 24],
      [0, 0, 24],
    ]);
  });

  test('never end between two members of one record of a document', async () => {
    const options = { ...JSONL, input: { kind: 'json' }, maxRows: 1 } as const;
    const { batches } = await selectAll('SELECT x FROM S3Object[*].* x', options, '{"a":1,"b":2}\n{"c":3}\n');
    expect(batches.map(({ count, scanned, to }) => [count, scanned, to])).toEqual([
      [2, 1, 13],
      [1, 1, 21],
      [0, 0, 22],
    ]);
  });

  test('come at least once, for an empty object too', async () => {
    const { batches } = await selectAll('SELECT * FROM S3Object', JSONL, '');
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ count: 0, scanned: 0, from: 0, to: 0, last: false });
  });

  test('the last says that LIMIT is reached, and the rest is not read', async () => {
    let read = 0;
    const body = function* () {
      for (const piece of pieces(PEOPLE, 5)) {
        read++;
        yield piece;
      }
    };
    const { rows, batches } = await selectAll('SELECT s.id FROM S3Object s LIMIT 1', CSV, body());
    expect(rows).toEqual(['{"id":"1"}']);
    expect(batches.at(-1)!.last).toBe(true);
    expect(read).toBeLessThan(pieces(PEOPLE, 5).length);
  });
});

describe('a run that goes on', () => {
  const sql = 'SELECT s.id, s.name FROM S3Object s LIMIT 3';

  test('has the header from the object’s first bytes, and counts LIMIT on', async () => {
    const offset = PEOPLE.indexOf('3,Cy');
    const { rows, offsets, batches } = await selectAll(sql, CSV, PEOPLE.slice(offset), {
      offset,
      head: Buffer.from(PEOPLE.slice(0, 20)),
      returned: 2,
    });
    expect(rows).toEqual(['{"id":"3","name":"Cy"}']);
    expect(offsets).toEqual([offset]);
    expect(batches[0]).toMatchObject({ from: offset, last: true });
  });

  test('with LIMIT reached before has nothing to do', async () => {
    const { rows, batches } = await selectAll(sql, CSV, PEOPLE, { offset: 0, returned: 3 });
    expect(rows).toEqual([]);
    expect(batches.at(-1)).toMatchObject({ count: 0, last: true });
  });
});

describe('a body that breaks', () => {
  const broken = new SluiceError('TruncatedObject', 'the gzip ends early', { stage: 'object' });
  async function* body(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
    throw broken;
  }

  test('gives the whole records before it first, and never the cut one', async () => {
    const seen: number[] = [];
    const run = async () => {
      for await (const batch of prepare('SELECT s.id FROM S3Object s', CSV).run(body('id\n1\n2\n3')))
        seen.push(batch.count, batch.to);
    };
    await expect(run()).rejects.toBe(broken);
    expect(seen).toEqual([2, 7]);
  });

  test('gives no sum of a part', async () => {
    const seen: number[] = [];
    const run = async () => {
      for await (const batch of prepare('SELECT COUNT(*) FROM S3Object s', CSV).run(body('id\n1\n2\n3')))
        seen.push(batch.count, batch.to);
    };
    await expect(run()).rejects.toBe(broken);
    expect(seen).toEqual([0, 0]);
  });
});

describe('keys', () => {
  test.each([
    ['a string', 'SELECT s.k AS k FROM S3Object s', '{"k":"a\\"b"}', 'a"b'],
    ['a number', 'SELECT s.k FROM S3Object s', '{"k":1.50}', '1.50'],
    ['a boolean', 'SELECT s.k FROM S3Object s', '{"k":true}', 'true'],
    ['NULL', 'SELECT s.k FROM S3Object s', '{"k":null}', null],
    ['MISSING', 'SELECT s.k FROM S3Object s', '{}', null],
    ['an object', 'SELECT s.k FROM S3Object s', '{"k":{"a": 1}}', '{"a":1}'],
    ['an expression', 'SELECT s.a || s.b AS k FROM S3Object s', '{"a":"x","b":"y"}', 'xy'],
    ['a member of *', 'SELECT * FROM S3Object s', '{"k":"v","x":1}', 'v'],
    ['text that is empty', 'SELECT s.k FROM S3Object s', '{"k":""}', ''],
  ])('%s', async (_, sql, body, key) => {
    expect((await selectAll(sql, { ...JSONL, key: 'k' }, body)).keys).toEqual([key]);
  });

  test('of CSV, by header or place', async () => {
    expect((await selectAll('SELECT * FROM S3Object', { ...CSV, key: 'name' }, PEOPLE)).keys).toEqual([
      'Ann',
      'Bob',
      'Cy',
      'Di',
    ]);
    expect((await selectAll('SELECT * FROM S3Object', { ...CSV, key: '_1' }, PEOPLE)).keys).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
  });

  test('that no column of the result has', async () => {
    expect(() => prepare('SELECT s.id FROM S3Object s', { ...CSV, key: 'nope' })).toThrow(
      expect.objectContaining({ code: 'MissingKeyColumn', fix: 'Take one of: id.' }),
    );
    await expect(selectAll('SELECT * FROM S3Object s', { ...CSV, key: 'nope' }, PEOPLE)).rejects.toMatchObject({
      code: 'MissingKeyColumn',
      fix: 'Take one of: id, name, age.',
    });
  });
});

describe('the object whole', () => {
  test('a column that the header lacks, with the place in the query and what there is', async () => {
    await expect(selectAll('SELECT s.id, s.nmae FROM S3Object s', CSV, PEOPLE)).rejects.toMatchObject({
      code: 'MissingHeaderName',
      message: '1:16: the header has no column nmae',
      fix: 'Name a column that the object has, or have it written with this one; it has: id, name, age.',
    });
    await expect(selectAll('SELECT s.nope FROM S3Object s', CSV, 'id\n')).rejects.toMatchObject({
      code: 'MissingHeaderName',
    });
  });

  test.each(['', '\n', '\ufeff'])(
    'an object without a record (%j) has no rows, and no columns to miss',
    async (body) => {
      expect(await selectAll('SELECT s.id FROM S3Object s', CSV, body)).toMatchObject({ rows: [], failures: [] });
      expect((await selectAll('SELECT COUNT(*) AS n FROM S3Object s', CSV, body)).rows).toEqual(['{"n":0}']);
    },
  );

  test('a header that cannot be read is told once, as the record that it is', async () => {
    const { failures } = await selectAll('SELECT s.id FROM S3Object s', CSV, '"id\n1\n');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ fatal: true });
  });
});

test('text that is not UTF-8 fails the records that output or look at it, and passes as it is in raw', async () => {
  const body = Buffer.concat([Buffer.from('id,v\n1,'), Buffer.from([0xff, 0xfe]), Buffer.from('\n2,ok\n')]);
  expect((await selectAll('SELECT s.id FROM S3Object s', CSV, body)).rows).toEqual(['{"id":"1"}', '{"id":"2"}']);
  for (const sql of [
    'SELECT s.v FROM S3Object s',
    'SELECT * FROM S3Object s',
    'SELECT LOWER(s.v) AS v FROM S3Object s',
  ]) {
    const { rows, failures } = await selectAll(sql, CSV, body);
    expect(rows).toHaveLength(1);
    expect(failures).toMatchObject([{ code: 'InvalidTextEncoding', offset: 5 }]);
  }
  const raw = await selectAll('SELECT * FROM S3Object s', { ...CSV, output: { kind: 'raw' } }, body);
  expect(raw.failures).toEqual([]);
  expect(raw.batches[0]!.values.bytes.subarray(0, 4)).toEqual(Buffer.from([0x31, 0x2c, 0xff, 0xfe]));
});

test('raw output is the record as it stands', async () => {
  const raw = { ...JSONL, output: { kind: 'raw' } } as const;
  const { rows, keys } = await selectAll(
    'SELECT s.a FROM S3Object s WHERE s.a > 1',
    { ...raw, key: 'a' },
    '{"a":1}\n{ "a" : 2 }\n',
  );
  expect(rows).toEqual(['{ "a" : 2 }']);
  expect(keys).toEqual(['2']);
});

test('UTCNOW is the run’s one moment, and refused without a clock', async () => {
  let asked = 0;
  const now = () => 1_500_000_000_000 + asked++;
  const { rows } = await selectAll('SELECT UTCNOW() AS t FROM S3Object s', { ...JSONL, now }, '{}\n{}\n');
  expect(rows).toEqual(['{"t":"2017-07-14T02:40:00.000Z"}', '{"t":"2017-07-14T02:40:00.000Z"}']);
  expect(() => prepare('SELECT UTCNOW() FROM S3Object', JSONL)).toThrow(
    expect.objectContaining({ code: 'UnsupportedFunction' }),
  );
});

test('a prepared query holds nothing of a run', async () => {
  const prepared = prepare('SELECT COUNT(*) AS n FROM S3Object s', CSV);
  expect(prepared).toMatchObject({ columns: ['n'], aggregate: true });
  for (let i = 0; i < 2; i++) {
    for await (const batch of prepared.run(pieces(PEOPLE, 3))) {
      expect(Buffer.from(batch.values.bytes.subarray(0, batch.values.ends[0])).toString()).toBe('{"n":4}');
    }
  }
});

test.each([
  ['SELECT SUM(s.age) / COUNT(s.x) AS v FROM S3Object s', '{"age":1}\n{"age":2}\n', 'DivideByZero'],
  ['SELECT CAST(MAX(s.age) AS INT) AS v FROM S3Object s', '{"age":"x"}\n', 'CastFailed'],
])('an aggregate whose one row fails ends the run, after what is known of the records: %s', async (sql, body, code) => {
  const batches: RowBatch[] = [];
  const running = (async () => {
    for await (const batch of prepare(sql, JSONL).run(pieces(`{"age":\n${body}`, 5))) batches.push(batch);
  })();
  await expect(running).rejects.toMatchObject({
    name: 'SluiceError',
    code,
    context: { offset: 0, length: body.length + 8 },
    fix: expect.any(String),
  });
  expect(batches).toEqual([expect.objectContaining({ count: 0, failures: [expect.anything()] })]);
});
