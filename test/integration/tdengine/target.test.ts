import { Decimal } from '../../../lib/select/values/decimal.ts';
import { RowFault } from '../../../lib/sink/row-fault.ts';
import { rejected } from '../../support/caught.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';
import { sliceOf, targetInto } from '../../support/tdengine/target.ts';

let session: Session;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session.close());

const METERS = {
  database: { precision: 'ms' },
  columns: { current: 'DOUBLE', voltage: 'INT', note: 'VARCHAR(8)', label: 'NCHAR(4)' },
  tags: { id: 'BIGINT', hall: 'VARCHAR(8)' },
};
const COLUMNS = { current: 'current', voltage: 'voltage', note: 'note', label: 'label' };

/** A rule over a database of the test's own. */
function meters(written: Readonly<Record<string, unknown>> = {}) {
  const database = session.database();
  const target = targetInto(session, {
    target: { connection: 'plant', database, superTable: 'meters' },
    create: METERS,
    tags: { id: 'id', hall: 'hall' },
    columns: COLUMNS,
    ...written,
  });
  return { database, target, rows: (sql: string) => session.rows(sql, database) };
}

test('makes the database and the super table, and writes rows into sub-tables', async () => {
  const { target, rows } = meters();
  const slice = sliceOf([
    { id: 1, hall: 'north', current: Decimal.of(105n, -1), voltage: 219, note: "it's \\", label: '四个汉字' },
    { id: 2, hall: null, voltage: 220 },
    { id: 1, hall: 'north', voltage: 221 },
  ]);
  expect(await target.apply(slice)).toEqual({ written: 3, deleted: 0, repeated: 0 });
  const written = await rows(
    'select `ts`,`sluice_pos`,`current`,`voltage`,`note`,`label`,`id`,`hall` from `meters` order by `ts`',
  );
  expect(written).toEqual([
    ['2024-07-03T09:46:40.000Z', 'tp1-0-0.0', 10.5, 219, "it's \\", '四个汉字', 1, 'north'],
    ['2024-07-03T09:46:40.001Z', 'tp1-0-1.0', null, 220, null, null, 2, null],
    ['2024-07-03T09:46:40.002Z', 'tp1-0-2.0', null, 221, null, null, 1, 'north'],
  ]);
  await target.apply(slice);
  expect(await rows('select count(*) from `meters`')).toEqual([[3]]);
  await target.close();
});

test('a key keeps rows of one timestamp apart; without it the last one stays, column by column', async () => {
  const same = sliceOf(
    [
      { id: 1, hall: 'n', voltage: 1, note: 'a' },
      { id: 1, hall: 'n', voltage: 2 },
    ],
    { timestamp: 1_720_000_000_000 },
  );
  const keyed = meters();
  await keyed.target.apply(same);
  expect(await keyed.rows('select `voltage` from `t_1` order by `sluice_pos`')).toEqual([[1], [2]]);
  const last = meters({ sameTimestamp: 'last' });
  await last.target.apply(same);
  expect(await last.rows('select `voltage`,`note` from `t_1`')).toEqual([[2, 'a']]);
  const failing = meters({ sameTimestamp: 'fail' });
  const fault = await rejected(failing.target.apply(same));
  expect(fault).toMatchObject({ code: 'SameTimestamp', row: 1 });
  // Alone it is refused as well, and the first one is not refused for having been there before.
  const [first, second] = same.changes;
  await failing.target.apply({ ...same, changes: [first!] });
  expect(await rejected(failing.target.apply({ ...same, changes: [second!] }))).toMatchObject({
    code: 'SameTimestamp',
  });
});

test.each([
  ['too long for VARCHAR', { note: 'nine byte' }, 'ValueTooLong', 'columns.note has 9 bytes, and the column takes 8'],
  [
    'too long for NCHAR',
    { label: '五个汉字长' },
    'ValueTooLong',
    'columns.label has 5 characters, and the column takes 4',
  ],
  ['a tag too long', { hall: 'a long hall' }, 'ValueTooLong', 'tags.hall has 11 bytes, and the column takes 8'],
  ['text for an integer', { voltage: 'abc' }, 'TypeMismatch', 'columns.voltage is no number, for INT'],
  ['an integer too large', { voltage: 3_000_000_000 }, 'TypeMismatch', 'columns.voltage does not fit INT'],
  ['a fraction for an integer', { voltage: Decimal.of(15n, -1) }, 'TypeMismatch', /has a fraction/],
  ['not a number', { current: 'NaN' }, 'NotANumber', /columns.current is NaN/],
  ['a denormal', { current: Decimal.of(1n, -310) }, 'NotANumber', /columns.current is NaN/],
  ['a dot in the name', { id: 'a.b' }, 'BadSubTableName', /holds a character that no name can have/],
])('%s: the row is named, the rest is written', async (_, fields, code, message) => {
  const { target, rows } = meters({ tags: { hall: 'hall' }, create: { ...METERS, tags: { hall: 'VARCHAR(8)' } } });
  const good = { id: 1, hall: 'n', voltage: 1 };
  const slice = sliceOf([good, { ...good, ...fields }, good]);
  const fault = await rejected(target.apply(slice));
  expect(fault).toBeInstanceOf(RowFault);
  expect(fault).toMatchObject({
    code,
    row: 1,
    message: expect.stringMatching(message),
    fix: expect.stringMatching(/./),
  });
  const { changes } = slice;
  await target.apply({ ...slice, changes: [changes[0]!, changes[2]!] });
  expect(await rows('select count(*) from `meters`')).toEqual([[2]]);
});

test('policies of the rule: cures, and rows that are left out', async () => {
  const { target, rows } = meters({
    faults: { nan: 'set-zero', tooLong: 'truncate', typeMismatch: 'set-null', outOfKeep: 'discard' },
  });
  const good = { id: 1, hall: 'n' };
  const ancient = sliceOf([{ ...good, voltage: 9 }], { from: 9, timestamp: 1000 });
  const slice = sliceOf([
    { ...good, current: 'Infinity' },
    { ...good, note: '123456789' },
    { ...good, voltage: 'x' },
  ]);
  const applied = await target.apply({ ...slice, changes: [...slice.changes, ...ancient.changes] });
  expect(applied).toEqual({ written: 3, deleted: 0, repeated: 0, discarded: 1 });
  expect(await rows('select `current`,`note`,`voltage` from `t_1` order by `ts`')).toEqual([
    [0, null, null],
    [null, '12345678', null],
    [null, null, null],
  ]);
});

test('widens texts and adds columns where the rule allows it', async () => {
  const { target, rows, database } = meters({ allow: { widen: true, addColumns: true } });
  await session.rows(`create database \`${database}\` precision 'ms'`);
  await rows(
    'create stable `meters` (`ts` timestamp, `sluice_pos` varchar(255) primary key, `note` varchar(8)) tags (`id` bigint, `hall` varchar(4))',
  );
  const long = 'x'.repeat(200);
  await target.apply(sliceOf([{ id: 1, hall: 'a longer hall', voltage: 1, note: long }]));
  expect(await rows('select `note`,`voltage`,`hall` from `meters`')).toEqual([[long, 1, 'a longer hall']]);
  const described = await rows('describe `meters`');
  expect(described.find(([name]) => name === 'note')?.slice(0, 3)).toEqual(['note', 'VARCHAR', 256]);
});

test('a tag that changed is told, or set where the rule allows it', async () => {
  const before = sliceOf([{ id: 1, hall: 'north', voltage: 1 }]);
  const after = sliceOf([{ id: 1, hall: 'south', voltage: 2 }], { from: 1 });
  const told = meters();
  await told.target.apply(before);
  const { remarks } = await told.target.apply(after);
  expect(remarks).toEqual([{ code: 'TagDrift', reason: expect.stringMatching(/the tag hall/) }]);
  expect(await told.rows('select distinct `hall` from `meters`')).toEqual([['north']]);
  const set = meters({ allow: { setTag: true } });
  await set.target.apply(before);
  expect((await set.target.apply(after)).remarks).toBeUndefined();
  expect(await set.rows('select distinct `hall` from `meters`')).toEqual([['south']]);
});

test('a tag that another process wrote is compared as well', async () => {
  const { target, rows, database } = meters();
  await target.apply(sliceOf([{ id: 1, hall: 'north', voltage: 1 }]));
  const other = targetInto(session, {
    target: { connection: 'plant', database, superTable: 'meters' },
    tags: { id: 'id', hall: 'hall' },
    columns: COLUMNS,
    allow: { setTag: true },
  });
  expect((await other.apply(sliceOf([{ id: 1, hall: 'north', voltage: 1 }]))).remarks).toBeUndefined();
  await other.apply(sliceOf([{ id: 1, hall: 'east', voltage: 1 }], { from: 3 }));
  expect(await rows('select distinct `hall` from `meters`')).toEqual([['east']]);
});

test('a table of another super table: its rows are named, or left out', async () => {
  const foreign = async (faults: object) => {
    const made = meters({ faults });
    await made.target.apply(sliceOf([{ id: 7, hall: 'n', voltage: 1 }]));
    await made.rows('create stable `other` (`ts` timestamp, `v` int) tags (`id` int)');
    await made.rows('create table `t_2` using `other` tags (2)');
    return made;
  };
  const slice = sliceOf([1, 2, 3].map((id) => ({ id, hall: 'n', voltage: id })));
  const failing = await foreign({});
  expect(await rejected(failing.target.apply(slice))).toMatchObject({ code: 'ForeignTable', row: 1 });
  const discarding = await foreign({ foreignTable: 'discard' });
  expect(await discarding.target.apply(slice)).toMatchObject({ discarded: 1 });
  expect(await discarding.rows('select `id` from `meters` order by `id`')).toEqual([[1], [3], [7]]);
});

test('columns that a row lacks keep what they had', async () => {
  const { target, rows } = meters({ timestamp: { field: 'at', unit: 'ms' } });
  const at = 1_720_000_000_000;
  await target.apply(sliceOf([{ id: 1, hall: 'n', at, voltage: 1, note: 'a' }]));
  await target.apply(
    sliceOf([
      { id: 1, hall: 'n', at, voltage: 2 },
      { id: 1, hall: 'n', at: at + 1, note: 'b' },
      { id: 2, hall: 'n', at, note: 'c' },
    ]),
  );
  expect(await rows('select `id`,`ts`,`voltage`,`note` from `meters` order by `id`,`ts`')).toEqual([
    [1, '2024-07-03T09:46:40.000Z', 2, 'a'],
    [1, '2024-07-03T09:46:40.001Z', null, 'b'],
    [2, '2024-07-03T09:46:40.000Z', null, 'c'],
  ]);
});

test('the table went away meanwhile: it is made again', async () => {
  const { target, rows } = meters();
  await target.apply(sliceOf([{ id: 1, hall: 'n', voltage: 1 }]));
  await rows('drop stable `meters`');
  await target.apply(sliceOf([{ id: 1, hall: 'n', voltage: 2 }], { from: 1 }));
  expect(await rows('select `voltage` from `meters`')).toEqual([[2]]);
});
