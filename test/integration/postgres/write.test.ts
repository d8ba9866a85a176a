import type { Change } from '../../../lib/message/contract.ts';
import { RowFault } from '../../../lib/sink/row-fault.ts';
import { failureOf } from '../../support/failure.ts';
import { messageAt, put, remove, ScratchSchema, sliceOf, truncate } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

describeWith('postgres', 'offsets, whatever the mode', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create('CREATE TABLE %.t (id int, name text)'.replaceAll('%', schema.name));
  });
  afterEach(() => schema.drop());

  const rows = (from: number, count: number): Change[] =>
    Array.from({ length: count }, (_, i) => put(from + i, { id: from + i, name: `n${from + i}` }));

  test('a replay, in part or whole, by whatever instance, writes nothing twice', async () => {
    const [one, two] = [schema.target(), schema.target()];
    expect(await one.apply(sliceOf(rows(0, 10)))).toEqual({ written: 10, deleted: 0, repeated: 0 });
    expect(await one.apply(sliceOf(rows(0, 10)))).toEqual({ written: 0, deleted: 0, repeated: 10 });
    expect(await two.apply(sliceOf(rows(3, 4)))).toEqual({ written: 0, deleted: 0, repeated: 4 });
    expect(await two.apply(sliceOf(rows(5, 10)))).toEqual({ written: 5, deleted: 0, repeated: 5 });
    // The first believes that it left the partition at 10.
    expect(await one.apply(sliceOf(rows(8, 10)))).toEqual({ written: 3, deleted: 0, repeated: 7 });
    expect(await schema.rows()).toHaveLength(18);
    expect(await one.position({ topic: 't', partition: 0 })).toBe(18);
    expect(await one.position({ topic: 't', partition: 1 })).toBeUndefined();
  });

  test('of concurrent deliveries of the same messages one writes each', async () => {
    const targets = [0, 1, 2, 3].map(() => schema.target());
    for (let from = 0; from < 100; from += 20) {
      const all = await Promise.all(targets.map((target, i) => target.apply(sliceOf(rows(from, 17 + i)))));
      expect(all.map(({ repeated, written }) => repeated + written)).toEqual([17, 18, 19, 20]);
    }
    expect(await schema.sql('SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM %.t')).toEqual([
      { n: 100, ids: 100 },
    ]);
  });

  test('gaps are passed over; a slice without changes only settles', async () => {
    const target = schema.target();
    await target.apply({ topic: 't', partition: 0, from: 0, to: 50, changes: [] });
    await target.apply(sliceOf([...rows(60, 1), ...rows(70, 1)]));
    expect(await target.position({ topic: 't', partition: 0 })).toBe(71);
    expect(await schema.rows()).toHaveLength(2);
  });

  test('partitions and topics stand apart', async () => {
    const target = schema.target();
    await target.apply(sliceOf(rows(0, 2), 0));
    await target.apply(sliceOf(rows(0, 2), 1));
    await target.apply({ ...sliceOf(rows(0, 2)), topic: 'u' });
    expect(await schema.rows()).toHaveLength(6);
    expect(await target.forget('t')).toBe(2);
    expect(await target.position({ topic: 't', partition: 0 })).toBeUndefined();
    expect(await target.position({ topic: 'u', partition: 0 })).toBe(2);
  });

  test('a row that the server refuses is named by COPY, and leaves the table and the offset as they were', async () => {
    const target = schema.target();
    await target.apply(sliceOf(rows(0, 1)));
    const bad = [...rows(1, 3), put(4, { id: 'not a number', name: 'x' }), ...rows(5, 2)];
    const failure = await failureOf(target.apply(sliceOf(bad)));
    expect(failure).toBeInstanceOf(RowFault);
    expect(failure).toMatchObject({ code: 'InvalidText', row: 3, sqlState: '22P02', retryable: false });
    expect(failure.message).toBe('a text is no value of its type in column "id" of type integer (SQLSTATE 22P02)');
    expect(await schema.rows()).toHaveLength(1);
    expect(await target.position({ topic: 't', partition: 0 })).toBe(1);
  });

  test('the rows before an already settled offset do not shift the row that is named', async () => {
    const target = schema.target();
    await target.apply(sliceOf(rows(0, 3)));
    const failure = await failureOf(target.apply(sliceOf([...rows(0, 4), put(4, { id: true })])));
    expect(failure).toMatchObject({ code: 'CannotCast', row: 4 });
    expect(failure.message).toBe('the column "id" of type integer cannot take a boolean');
  });

  test('a stop is kept beside the offsets, refuses every instance, and goes with resume', async () => {
    const [one, two] = [schema.target(), schema.target()];
    await one.apply(sliceOf(rows(0, 5)));
    const stop = { topic: 't', partition: 0, offset: 5, since: 1234, code: 'InvalidText', reason: 'why', fix: 'how' };
    await two.stops.put(stop);
    expect(await one.stops.list()).toEqual([stop]);
    expect(await one.stops.read(stop)).toEqual(stop);
    expect(await failureOf(one.apply(sliceOf(rows(5, 1))))).toMatchObject({ code: 'PartitionStopped', fix: 'how' });
    expect(await one.apply(sliceOf(rows(0, 1), 1))).toMatchObject({ written: 1 });
    expect(await two.stops.resume(stop)).toEqual(stop);
    expect(await two.stops.resume(stop)).toBeUndefined();
    expect(await one.apply(sliceOf(rows(5, 1)))).toMatchObject({ written: 1 });
    // Somebody has gone past the message meanwhile.
    await two.stops.put(stop);
    expect(await two.stops.list()).toEqual([]);
  });

  test('whoever only asks what stands still makes no table', async () => {
    expect(await schema.target().stops.list()).toEqual([]);
    expect(await schema.sql("SELECT tablename FROM pg_tables WHERE schemaname = '%'")).toEqual([{ tablename: 't' }]);
  });

  test('a skipped message counts as settled', async () => {
    const [one, two] = [schema.target(), schema.target()];
    const stop = { topic: 't', partition: 0, offset: 5, since: 1234, code: 'InvalidText', reason: 'why' };
    await one.apply(sliceOf(rows(0, 5)));
    await two.stops.put(stop);
    expect(await two.stops.resume(stop, true)).toEqual(stop);
    expect(await one.position(stop)).toBe(6);
    expect(await one.apply(sliceOf(rows(5, 2)))).toMatchObject({ written: 1, repeated: 1 });
  });

  test('a topic that was made anew is noticed, although it has grown past the offset', async () => {
    const target = schema.target();
    await target.apply(sliceOf(rows(0, 10)));
    const later = Array.from({ length: 20 }, (_, i) => put(i, { id: i }, { message: messageAt(i, [], 50_000 + i) }));
    const failure = await failureOf(target.apply(sliceOf(later)));
    expect(failure).toMatchObject({ code: 'TopicRecreated', context: { topic: 't', partition: 0 } });
    expect(await target.forget('t')).toBe(1);
    expect(await target.apply(sliceOf(later))).toMatchObject({ written: 20 });
  });

  test('a record that was sent again after an aborted transaction is recognised by where it comes from', async () => {
    const target = schema.target();
    const from = (key: string, byte: number) =>
      Object.entries({
        'sluice-bucket': 'b',
        'sluice-key': key,
        'sluice-version': 'v',
        'sluice-offset': String(byte),
      }).map(([name, value]) => ({ name, value: Buffer.from(value) }));
    const record = (offset: number, key: string, byte: number) =>
      put(offset, { id: byte, name: key }, { message: messageAt(offset, from(key, byte)) });
    await target.apply(sliceOf([record(0, 'a', 0), record(1, 'a', 100)]));
    // Aborted and read all the same, then sent again; another object in between.
    const again = [record(2, 'a', 0), record(3, 'b', 0), record(4, 'a', 100), record(5, 'a', 200), record(6, 'a', 200)];
    expect(await target.apply(sliceOf(again))).toEqual({ written: 2, deleted: 0, repeated: 3 });
    expect(await schema.rows()).toEqual([
      '{"id":0,"name":"a"}',
      '{"id":0,"name":"b"}',
      '{"id":100,"name":"a"}',
      '{"id":200,"name":"a"}',
    ]);
  });

  test('what only a mirror can do is refused', async () => {
    const target = schema.target();
    expect(await failureOf(target.apply(sliceOf([remove(0, { id: 1 })])))).toMatchObject({
      code: 'NotInsertable',
      row: 0,
    });
    expect(await failureOf(target.apply(sliceOf([truncate(0)])))).toMatchObject({ code: 'NotInsertable', row: 0 });
  });
});
