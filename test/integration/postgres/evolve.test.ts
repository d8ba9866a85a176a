import type { FieldSchema } from '../../../lib/message/contract.ts';
import { failureOf } from '../../support/failure.ts';
import { put, remove, ScratchSchema, sliceOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

const SCHEMA: readonly FieldSchema[] = [
  { name: 'id', type: 'int64', optional: false },
  { name: 'name', type: 'string', optional: true },
  {
    name: 'price',
    type: 'bytes',
    logical: 'org.apache.kafka.connect.data.Decimal',
    parameters: { scale: '2', 'connect.decimal.precision': '10' },
    optional: true,
  },
  { name: 'at', type: 'string', logical: 'io.debezium.time.ZonedTimestamp', optional: true },
  { name: 'tags', type: 'array', items: { name: '', type: 'string', optional: true }, optional: true },
];

describeWith('postgres', 'tables that are made and grow', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create();
  });
  afterEach(() => schema.drop());

  const types = async () =>
    Object.fromEntries(
      (
        await schema.sql<{ name: string; type: string }>(
          "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '%.t'::regclass AND attnum > 0",
        )
      ).map(({ name, type }) => [name, type]),
    );

  test('made from the map, with its key', async () => {
    const target = schema.target({
      mode: 'upsert',
      primaryKey: ['id'],
      createTable: { id: 'bigint', name: 'varchar(20)', n: 'numeric(10, 2)' },
    });
    await target.apply(sliceOf([put(0, { id: 1, name: 'a', n: 1 }), put(1, { id: 1, name: 'b' })]));
    expect(await types()).toEqual({ id: 'bigint', name: 'character varying(20)', n: 'numeric(10,2)' });
    expect(await schema.rows()).toEqual(['{"id":1,"name":"b","n":1.00}']);
  });

  test("made from the event's schema", async () => {
    const row = { id: 1, name: 'a', price: '1.50', at: '2026-01-01T00:00:00Z', tags: ['x'] };
    const changes = [put(0, row, { schema: SCHEMA }), remove(1, { id: 2 })];
    const target = schema.target({ mode: 'mirror', primaryKey: ['id'], createTable: true, ifNewer: 'lsn' });
    const preview = await target.statements(changes);
    expect(preview[0]).toMatch(
      /^CREATE TABLE .*"tags" text\[\],\s+"sluice_lsn" numeric\[\],\s+PRIMARY KEY \("id"\)\s\)$/s,
    );
    await target.apply(sliceOf(changes));
    expect(await types()).toEqual({
      id: 'bigint',
      name: 'text',
      price: 'numeric(10,2)',
      at: 'timestamp with time zone',
      tags: 'text[]',
      sluice_lsn: 'numeric[]',
    });
  });

  test("a column that is added has its source's default in rows that were there, and that is told", async () => {
    const schemaOf = (...more: FieldSchema[]): readonly FieldSchema[] => [SCHEMA[0]!, ...more];
    await schema.sql('CREATE TABLE %.t (id bigint PRIMARY KEY)');
    const target = schema.target({ mode: 'mirror', schemaEvolution: 'add-columns' });
    await target.apply(sliceOf([put(0, { id: 1 }, { schema: schemaOf() })]));
    const added = schemaOf(
      { name: 'flag', type: 'boolean', optional: false, default: true },
      { ...SCHEMA[2]!, name: 'score', default: 'fQ==' },
      { ...SCHEMA[3]!, name: 'at', default: '1970-01-01T00:00:00Z' },
    );
    const row = { id: 2, flag: false, score: 2, at: null };
    const { remarks } = await target.apply(sliceOf([put(1, row, { schema: added })]));
    expect(await schema.rows()).toEqual([
      '{"id":1,"flag":true,"score":1.25,"at":null}',
      '{"id":2,"flag":false,"score":2.00,"at":null}',
    ]);
    expect(remarks?.map(({ code }) => code)).toEqual(['ColumnAdded', 'ColumnAdded', 'ColumnAdded']);
  });

  test('a missing table is an error where nobody asked for it', async () => {
    expect(await failureOf(schema.target().apply(sliceOf([put(0, { id: 1 })])))).toMatchObject({
      code: 'MissingTable',
    });
  });

  test('columns are added where that is allowed, and asked for where not', async () => {
    await schema.sql('CREATE TABLE %.t (id int PRIMARY KEY)');
    const changes = [put(0, { id: 1, note: 'x', n: 2, deep: [1] })];
    const refused = await failureOf(schema.target({ mode: 'upsert' }).apply(sliceOf(changes)));
    expect(refused).toMatchObject({ code: 'MissingColumn', retryable: false });
    expect(refused.fix).toContain('ADD COLUMN "note" text, ADD COLUMN "n" numeric, ADD COLUMN "deep" jsonb');
    const target = schema.target({ mode: 'upsert', schemaEvolution: 'add-columns' });
    expect((await target.statements(changes))[0]).toBe(
      `ALTER TABLE "${schema.name}"."t" ADD COLUMN "note" text, ADD COLUMN "n" numeric, ADD COLUMN "deep" jsonb`,
    );
    expect(await types()).toEqual({ id: 'integer' });
    await target.apply(sliceOf(changes));
    expect(await schema.rows()).toEqual(['{"id":1,"note":"x","n":2,"deep":[1]}']);
  });

  test('a column that only was null so far waits for the value that tells its type', async () => {
    await schema.sql('CREATE TABLE %.t (id int)');
    const target = schema.target({ schemaEvolution: 'add-columns' });
    await target.apply(sliceOf([put(0, { id: 1, note: null })]));
    await target.apply(sliceOf([put(1, { id: 2, note: null }), put(2, { id: 3, note: 'x' })]));
    expect(await schema.sql('SELECT * FROM %.t ORDER BY id')).toEqual([
      { id: 1, note: null },
      { id: 2, note: null },
      { id: 3, note: 'x' },
    ]);
    const strict = schema.target({}).apply(sliceOf([put(3, { id: 4, other: null })]));
    expect(await failureOf(strict)).toMatchObject({ code: 'MissingColumn' });
  });

  test('a column that somebody else adds meanwhile is found', async () => {
    await schema.sql('CREATE TABLE %.t (id int PRIMARY KEY)');
    const target = schema.target({ mode: 'upsert' });
    await target.apply(sliceOf([put(0, { id: 1 })]));
    await schema.sql('ALTER TABLE %.t ADD note text');
    await target.apply(sliceOf([put(1, { id: 1, note: 'x' })]));
    expect(await schema.rows()).toEqual(['{"id":1,"note":"x"}']);
  });

  test.each(['insert', 'upsert'] as const)('%s: types are widened only as far as values need', async (mode) => {
    await schema.sql('CREATE TABLE %.t (id int PRIMARY KEY, s smallint, i int, n numeric(4,2), v varchar(3), d date)');
    await schema.sql("INSERT INTO %.t VALUES (0, 1, 2, 3.45, 'abc', '2026-01-01')");
    const target = schema.target({ mode, schemaEvolution: 'widen' });
    await target.apply(sliceOf([put(0, { id: 1, s: 40_000, i: 5_000_000_000, n: '123.4', v: 'abcdé' })]));
    expect(await types()).toEqual({ id: 'integer', s: 'integer', i: 'bigint', n: 'numeric', v: 'text', d: 'date' });
    expect(await schema.rows()).toEqual([
      '{"id":0,"s":1,"i":2,"n":3.45,"v":"abc","d":"2026-01-01"}',
      '{"id":1,"s":40000,"i":5000000000,"n":123.4,"v":"abcdé","d":null}',
    ]);
    // No type of its kind has room for it: the row is bad.
    expect(await failureOf(target.apply(sliceOf([put(1, { id: 2, d: 'never' })])))).toMatchObject({
      code: 'InvalidMoment',
    });
  });

  test('columns that the source does not fill any more are told of once, and kept', async () => {
    await schema.sql('CREATE TABLE %.t (id int PRIMARY KEY, gone text, here text)');
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([put(0, { id: 1, gone: 'kept', here: 'a' })]));
    const applied = await target.apply(sliceOf([put(1, { id: 1, here: 'b' })]));
    expect(applied.remarks).toMatchObject([{ code: 'ColumnNotFilled', reason: expect.stringContaining('"gone"') }]);
    expect((await target.apply(sliceOf([put(2, { id: 2, here: 'c' })]))).remarks).toBeUndefined();
    expect(await schema.rows()).toEqual(['{"id":1,"gone":"kept","here":"b"}', '{"id":2,"gone":null,"here":"c"}']);
  });

  test('what would be run is told, and nothing is', async () => {
    await schema.sql('CREATE TABLE %.t (id int PRIMARY KEY, name text)');
    const t = `"${schema.name}"."t"`;
    const changes = [
      put(0, { id: 1, name: "it's" }),
      put(1, { id: 2, name: 'x' }),
      remove(2, { id: 2 }),
      remove(3, { id: 3 }),
    ];
    expect(await schema.target({ mode: 'mirror' }).statements(changes)).toEqual([
      `DELETE FROM ${t} WHERE "id" = '2'`,
      `DELETE FROM ${t} WHERE "id" = '3'`,
      `INSERT INTO ${t} ("id", "name") VALUES ('1', 'it''s') ON CONFLICT ("id") DO UPDATE SET "name" = EXCLUDED."name"`,
    ]);
    expect(await schema.target().statements(changes.slice(0, 2))).toEqual([
      `COPY ${t} ("id", "name") FROM STDIN\n1\tit's\n2\tx\n\\.`,
    ]);
    expect(await schema.rows()).toEqual([]);
  });
});
