import { failureOf } from '../../support/failure.ts';
import { put, remove, ScratchSchema, sliceOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

describeWith('postgres', 'a mirror of a table without a key', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create('CREATE TABLE %.t (x int)');
  });
  afterEach(() => schema.drop());

  const at = (offset: number, x: number, ...order: bigint[]) => put(offset, { x }, { order });

  test('leaves out what its connector sends again, the last change included', async () => {
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([at(0, 1, 5n, 10n), at(1, 1, 5n, 20n)]));
    const again = [at(2, 1, 5n, 10n), at(3, 1, 5n, 20n), at(4, 2, 6n, 30n)];
    expect(await target.apply(sliceOf(again))).toMatchObject({ written: 1, repeated: 2 });
    expect(await schema.rows()).toEqual(['{"x":1}', '{"x":1}', '{"x":2}']);
  });

  test('leaves out what is sent again in the same batch, or in several', async () => {
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([at(0, 1, 5n, 10n), at(1, 2, 5n, 20n), at(2, 1, 5n, 10n)]));
    expect(await target.apply(sliceOf([at(3, 2, 5n, 20n)]))).toMatchObject({ written: 0, repeated: 1 });
    expect(await target.apply(sliceOf([at(4, 3, 6n, 30n)]))).toMatchObject({ written: 1 });
  });

  test('leaves out a delete that alone is sent again', async () => {
    const target = schema.target({ mode: 'mirror' });
    const gone = (offset: number) => remove(offset, { x: 1 }, { order: [5n, 20n] });
    await target.apply(sliceOf([at(0, 1, 5n, 10n), gone(1)]));
    expect(await target.apply(sliceOf([gone(2)]))).toMatchObject({ deleted: 0, repeated: 1 });
  });

  test('leaves out what is sent again by a connector that does not know the commit before any more', async () => {
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([at(0, 1, 5n, 10n), at(1, 2, 5n, 20n)]));
    await target.apply(sliceOf([at(2, 1, 10n, 10n)]));
    expect(await target.apply(sliceOf([at(3, 2, 20n, 20n), at(4, 3, 30n, 30n)]))).toMatchObject({ repeated: 1 });
    expect(await schema.rows()).toEqual(['{"x":1}', '{"x":2}', '{"x":3}']);
  });

  test('takes all rows of a COPY, which share a position, in whatever batches they come', async () => {
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([at(0, 1, 5n, 10n), at(1, 2, 5n, 10n)]));
    await target.apply(sliceOf([at(2, 3, 5n, 10n), at(3, 4, 6n, 11n)]));
    expect(await schema.rows()).toHaveLength(4);
  });

  test('stops before a snapshot that is taken again, until the table is empty', async () => {
    const read = (offset: number, x: number, place: bigint) =>
      put(offset, { x }, { order: [place, place], snapshot: 'whole' });
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([read(0, 1, 5n), read(1, 2, 5n)]));
    await target.apply(sliceOf([read(2, 3, 5n), at(3, 4, 6n, 7n)]));
    const again = [read(4, 1, 9n), read(5, 2, 9n)];
    expect(await failureOf(target.apply(sliceOf(again)))).toMatchObject({ code: 'SnapshotAgain', row: 0 });
    await schema.sql('TRUNCATE %.t');
    await target.apply(sliceOf(again));
    await target.apply(sliceOf([read(6, 3, 9n)]));
    expect(await schema.rows()).toHaveLength(3);
  });

  test('touches one of several rows that are alike', async () => {
    const target = schema.target({ mode: 'mirror' });
    await target.apply(sliceOf([at(0, 1, 1n), at(1, 1, 2n), remove(2, { x: 1 }, { order: [3n] })]));
    expect(await schema.rows()).toEqual(['{"x":1}']);
  });
});
