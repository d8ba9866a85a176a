import type { Change } from '../../../lib/message/contract.ts';
import { failureOf } from '../../support/failure.ts';
import { put, ScratchSchema, sliceOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

describeWith('postgres', 'rows that go with their claim in one message', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create('CREATE TABLE %.t (id int, name text)'.replaceAll('%', schema.name));
  });
  afterEach(() => schema.drop());

  const position = () => schema.target().position({ topic: 't', partition: 0 });
  /** Every other row lacks its name. */
  const shapes = (from: number, count: number): Change[] =>
    Array.from({ length: count }, (_, i) =>
      put(from + i, i % 2 === 0 ? { id: from + i, name: 'n' } : { id: from + i }),
    );

  test('rows of several shapes, prepared or not', async () => {
    const target = schema.target();
    await target.apply(sliceOf(shapes(0, 5)));
    const prepared = shapes(5, 5);
    target.prepare(prepared);
    expect(await target.apply(sliceOf(prepared))).toEqual({ written: 5, deleted: 0, repeated: 0 });
    expect(await schema.sql('SELECT id, name FROM %.t ORDER BY id')).toEqual(
      Array.from({ length: 10 }, (_, id) => ({ id, name: (id % 5) % 2 === 0 ? 'n' : null })),
    );
  });

  test.each([
    ['of the first shape', 4],
    ['of the second', 5],
  ])('a row %s that the server refuses is named by its place among all', async (_, at) => {
    const target = schema.target();
    await target.apply(sliceOf(shapes(0, 1)));
    const changes = shapes(1, 8);
    changes[at] = put(1 + at, at % 2 === 0 ? { id: 'no number', name: 'n' } : { id: 'no number' });
    target.prepare(changes);
    expect(await failureOf(target.apply(sliceOf(changes)))).toMatchObject({ code: 'InvalidText', row: at });
    expect(await schema.rows()).toHaveLength(1);
    expect(await position()).toBe(1);
  });

  test('what cannot be prepared is told when it is applied', async () => {
    const target = schema.target();
    await target.apply(sliceOf(shapes(0, 1)));
    const changes = [...shapes(1, 2), put(3, { id: true })];
    target.prepare(changes);
    expect(await failureOf(target.apply(sliceOf(changes)))).toMatchObject({ code: 'CannotCast', row: 2 });
  });

  test('prepared for a table that has changed since', async () => {
    const target = schema.target({ schemaEvolution: 'add-columns' });
    await target.apply(sliceOf(shapes(0, 1)));
    const changes = shapes(1, 2);
    target.prepare(changes);
    await schema.sql('ALTER TABLE %.t DROP COLUMN name');
    expect(await failureOf(target.apply(sliceOf(changes)))).toMatchObject({ code: 'MissingColumn' });
    await schema.sql('ALTER TABLE %.t ADD COLUMN name text');
    expect(await target.apply(sliceOf(changes))).toMatchObject({ written: 2 });
  });

  test('an error of a trigger is not taken for a claim that failed, whatever it is', async () => {
    const target = schema.target();
    await schema.sql(`CREATE FUNCTION %.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN ''x''::int; END'`);
    await schema.sql('CREATE TRIGGER f BEFORE INSERT ON %.t FOR EACH ROW EXECUTE FUNCTION %.f()');
    expect(await failureOf(target.apply(sliceOf(shapes(0, 2))))).toMatchObject({
      code: 'InvalidText',
      sqlState: '22P02',
    });
    expect(await position()).toBe(0);
  });

  test('a constraint that is looked at last undoes all', async () => {
    await schema.sql('ALTER TABLE %.t ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED');
    const target = schema.target();
    const twice = [...shapes(0, 2), put(2, { id: 1, name: 'again' })];
    expect(await failureOf(target.apply(sliceOf(twice)))).toMatchObject({ code: 'DuplicateKey' });
    expect(await schema.rows()).toEqual([]);
    expect(await target.apply(sliceOf(shapes(0, 2)))).toMatchObject({ written: 2 });
  });
});

describeWith('postgres', 'rows of a key, prepared while the part before is written', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create(`CREATE TABLE ${schema.name}.t (id int PRIMARY KEY, name text, n int)`);
  });
  afterEach(() => schema.drop());

  const changes = (from: number): Change[] => [
    put(from, { id: 1, name: `a${from}` }),
    put(from + 1, { id: 2, name: `b${from}`, n: from }),
    put(from + 2, { id: 1, name: null, n: from }),
    put(from + 3, { id: 3, n: from }),
  ];

  test.each(['auto', 'delete-insert'] as const)('conflict: %s', async (conflict) => {
    const target = schema.target({ mode: 'upsert', target: { connection: 'db', table: 't', conflict } });
    await target.apply(sliceOf(changes(0)));
    const prepared = changes(4);
    target.prepare(prepared);
    expect(await target.apply(sliceOf(prepared))).toMatchObject({ written: 3, repeated: 0 });
    expect(await schema.sql('SELECT id, name, n FROM %.t ORDER BY id')).toEqual([
      { id: 1, name: null, n: 4 },
      { id: 2, name: 'b4', n: 4 },
      { id: 3, name: null, n: 4 },
    ]);
  });

  test('of which a part was settled since', async () => {
    const [one, two] = [schema.target({ mode: 'upsert' }), schema.target({ mode: 'upsert' })];
    await one.apply(sliceOf(changes(0)));
    const prepared = changes(4);
    one.prepare(prepared);
    await two.apply(sliceOf(changes(4).slice(0, 3)));
    expect(await one.apply(sliceOf(prepared))).toMatchObject({ written: 1, repeated: 3 });
  });

  test('a row that cannot be written is named by its place', async () => {
    const target = schema.target({ mode: 'upsert' });
    await target.apply(sliceOf(changes(0)));
    const prepared = [...changes(4), put(8, { name: 'no key' })];
    target.prepare(prepared);
    expect(await failureOf(target.apply(sliceOf(prepared)))).toMatchObject({ code: 'MissingKey', row: 4 });
  });
});
