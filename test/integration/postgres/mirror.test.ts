import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { failureOf } from '../../support/failure.ts';
import { put, remove, ScratchSchema, sliceOf, structOf, truncate } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

describe.each(['auto', 'delete-insert'] as const)('conflict: %s', (conflict) => {
  describeWith('postgres', 'a table with a key', ({ postgres }) => {
    let schema: ScratchSchema;
    beforeEach(async () => {
      schema = new ScratchSchema(postgres.url);
      await schema.create(
        `CREATE TABLE ${schema.name}.t (id int PRIMARY KEY, name text DEFAULT 'none', doc jsonb, big text, email text UNIQUE)`,
        `CREATE TABLE ${schema.name}.pair (a int, b text, PRIMARY KEY (a, b))`,
      );
    });
    afterEach(() => schema.drop());

    const mirror = (rest: object = {}) =>
      schema.target({ mode: 'mirror', target: { connection: 'db', table: 't', conflict }, ...rest });
    const upsert = (table = 't') =>
      schema.target({ mode: 'upsert', target: { connection: 'db', table, conflict } }, table);
    const named = async () =>
      (await schema.sql('SELECT id, name, big FROM %.t ORDER BY id')).map((row) => Object.values(row));

    test('an upsert replaces the columns that it fills, and leaves the others', async () => {
      const target = upsert();
      await target.apply(
        sliceOf([put(0, { id: 1, name: 'a', big: 'kept' }), put(1, { id: 2 }), put(2, { id: 1, name: 'b' })]),
      );
      await target.apply(sliceOf([put(3, { id: 2, name: null }), put(4, { id: 3, name: 'c' })]));
      expect(await named()).toEqual([
        [1, 'b', 'kept'],
        [2, null, null],
        [3, 'c', null],
      ]);
    });

    test('a table that is all key takes what it has already', async () => {
      const target = upsert('pair');
      await target.apply(sliceOf([put(0, { a: 1, b: 'x' }), put(1, { a: 1, b: 'y' })]));
      await target.apply(sliceOf([put(2, { a: 1, b: 'x' }), put(3, { a: 1, b: 'x' })]));
      expect(await schema.rows('pair')).toEqual(['{"a":1,"b":"x"}', '{"a":1,"b":"y"}']);
    });

    test('inserts, updates and deletes of one key in one batch', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'old' }), put(1, { id: 9, name: 'stays' })]));
      await target.apply(
        sliceOf([
          put(2, { id: 1, name: 'new' }),
          remove(3, { id: 1 }),
          put(4, { id: 2, name: 'x' }),
          put(5, { id: 2, name: 'y' }),
          remove(6, { id: 3 }),
          put(7, { id: 3, name: 'again' }),
        ]),
      );
      expect(await named()).toEqual([
        [2, 'y', null],
        [3, 'again', null],
        [9, 'stays', null],
      ]);
    });

    test('a row that is deleted and comes again does not show what the old one held', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'old' })]));
      await target.apply(sliceOf([remove(1, { id: 1 }), put(2, { id: 1 })]));
      expect(await named()).toEqual([[1, 'none', null]]);
    });

    test('a large value that did not change stays, from the table or from earlier in the batch', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' })]));
      await target.apply(
        sliceOf([
          put(1, { id: 1, name: 'b' }, { unchanged: ['big'] }),
          put(2, { id: 2, name: 'c', big: 'larger' }),
          put(3, { id: 2, name: 'd' }, { unchanged: ['big'] }),
        ]),
      );
      expect(await named()).toEqual([
        [1, 'b', 'large'],
        [2, 'd', 'larger'],
      ]);
    });

    test('a value that nobody knows is said to be unknown, by its row', async () => {
      const target = mirror();
      const changes = [
        put(0, { id: 1, name: 'a' }),
        put(1, { id: 7, name: 'b' }, { unchanged: ['big'] }),
        put(2, { id: 2 }),
      ];
      const failure = await failureOf(target.apply(sliceOf(changes)));
      expect(failure).toMatchObject({ code: 'UnknownValue', row: 1, awaitsOthers: false });
      expect(failure.message).toContain('"big"');
      expect(await named()).toEqual([]);
    });

    test.each([[[4]], [[1, 3]], [[2, 2]], [[3, 1]], [[1, 1, 1, 1]]])('a changed key, cut into %j', async (cuts) => {
      const target = mirror();
      await target.apply(
        sliceOf([put(0, { id: 1, name: 'a', big: 'large' }), put(1, { id: 5, name: 'z', big: 'zz' })]),
      );
      const changes = [
        put(2, { id: 1, name: 'b' }, { unchanged: ['big'] }),
        remove(3, { id: 1 }, { laterKey: structOf({ id: 2 }) }),
        put(4, { id: 2, name: 'b' }, { unchanged: ['big'], formerKey: structOf({ id: 1 }) }),
        put(5, { id: 1, name: 'fresh', big: null }),
      ];
      let at = 0;
      for (const size of cuts) {
        await target.apply(sliceOf(changes.slice(at, at + size)));
        at += size;
      }
      expect(await named()).toEqual([
        [1, 'fresh', null],
        [2, 'b', 'large'],
        [5, 'z', 'zz'],
      ]);
      // The source sends the end of its log again, under new offsets.
      const again = changes.map((change, i) => ({ ...change, message: { ...change.message, offset: 10 + i } }));
      await target.apply(sliceOf([...again]));
      expect(await named()).toEqual([
        [1, 'fresh', null],
        [2, 'b', 'large'],
        [5, 'z', 'zz'],
      ]);
    });

    test('a changed key over two partitions: the new row waits for what the old one held', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' })], 0));
      const arrives = [
        put(0, { id: 2, name: 'b' }, { unchanged: ['big'], formerKey: structOf({ id: 1 }) }),
        put(1, { id: 2, name: 'c' }, { unchanged: ['big'] }),
        put(2, { id: 3 }),
      ];
      const applied = await target.apply(sliceOf(arrives, 1));
      expect(applied.remarks?.[0]).toMatchObject({ code: 'ChangesWait' });
      expect(await named()).toEqual([
        [1, 'a', 'large'],
        [3, 'none', null],
      ]);
      const left = [put(1, { id: 1, big: 'larger' }), remove(2, { id: 1 }, { laterKey: structOf({ id: 2 }) })];
      await target.apply(sliceOf(left, 0));
      expect(await named()).toEqual([
        [2, 'c', 'larger'],
        [3, 'none', null],
      ]);
      expect(await schema.sql('SELECT * FROM %.sluice_moved')).toEqual([]);
      expect(await schema.sql('SELECT * FROM %.sluice_deferred')).toEqual([]);
    });

    test('a key that changes twice, from partition to partition, backwards', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' })], 0));
      const to2 = put(0, { id: 2, name: 'b' }, { unchanged: ['big'], formerKey: structOf({ id: 1 }) });
      const to3 = put(0, { id: 3, name: 'c' }, { unchanged: ['big'], formerKey: structOf({ id: 2 }) });
      await target.apply(sliceOf([to3], 2));
      await target.apply(sliceOf([to2, remove(1, { id: 2 }, { laterKey: structOf({ id: 3 }) })], 1));
      await target.apply(sliceOf([remove(1, { id: 1 }, { laterKey: structOf({ id: 2 }) })], 0));
      expect(await named()).toEqual([[3, 'c', 'large']]);
    });

    test('a row that waits for its old key goes on waiting when its source sends it again', async () => {
      const target = mirror();
      const to2 = (offset: number) =>
        put(offset, { id: 2, name: 'b' }, { unchanged: ['big'], formerKey: structOf({ id: 1 }), order: [2n] });
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' }, { order: [1n] })], 0));
      await target.apply(sliceOf([to2(0)], 1));
      await target.apply(sliceOf([to2(1)], 1));
      await target.apply(sliceOf([remove(1, { id: 1 }, { laterKey: structOf({ id: 2 }), order: [2n] })], 0));
      expect(await named()).toEqual([[2, 'b', 'large']]);
    });

    test('a key that changes twice, cut between the two halves of the second change, waits for the first', async () => {
      const target = mirror();
      const kept = { unchanged: ['big'] };
      const to2 = put(0, { id: 2, name: 'b' }, { ...kept, formerKey: structOf({ id: 1 }), order: [2n] });
      const from2 = remove(1, { id: 2 }, { laterKey: structOf({ id: 3 }), order: [3n] });
      const to3 = put(2, { id: 3, name: 'c' }, { ...kept, formerKey: structOf({ id: 2 }), order: [3n] });
      await target.apply(sliceOf([to2, from2], 1));
      await target.apply(sliceOf([to3], 1));
      const from1 = remove(1, { id: 1 }, { laterKey: structOf({ id: 2 }), order: [2n] });
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' }, { order: [1n] }), from1], 0));
      expect(await named()).toEqual([[3, 'c', 'large']]);
    });

    test('what another process brings at the same moment is waited for', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' })], 0));
      const other = new Client({ connectionString: postgres.url });
      await other.connect();
      // As another process does that has not seen that anything waits.
      const text = (sql: string) => sql.replaceAll('%', schema.name);
      await other.query(text('BEGIN; UPDATE %.sluice_offsets SET next_offset = 2; DELETE FROM %.t'));
      const kept = { sink: 'test.test', topic: 't', former: '1', later: '2', cells: '{"cells":{"big":"large"}}' };
      await other.query(text('INSERT INTO %.sluice_moved VALUES ($1, $2, $3, $4, $5)'), Object.values(kept));
      let applied = false;
      const applying = target
        .apply(sliceOf([put(0, { id: 2, name: 'b' }, { unchanged: ['big'], formerKey: structOf({ id: 1 }) })], 1))
        .finally(() => {
          applied = true;
        });
      const waits = 'SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()';
      while (!applied && (await other.query(waits)).rowCount === 0) await sleep(20);
      await other.query('COMMIT');
      await other.end();
      await applying;
      expect(await named()).toEqual([[2, 'b', 'large']]);
    });

    test('a row that waits keeps a column that another process has not met yet', async () => {
      const [one, two] = [mirror({ schemaEvolution: 'add-columns' }), mirror({ schemaEvolution: 'add-columns' })];
      await two.apply(sliceOf([put(0, { id: 1, name: 'a', big: 'large' })], 0));
      const moved = { unchanged: ['big'], formerKey: structOf({ id: 1 }) };
      await one.apply(sliceOf([put(0, { id: 2, added: 'x' }, moved)], 1));
      await two.apply(sliceOf([remove(1, { id: 1 }, { laterKey: structOf({ id: 2 }) })], 0));
      expect(await schema.sql('SELECT id, big, added FROM %.t')).toEqual([{ id: 2, big: 'large', added: 'x' }]);
    });

    test('two rows that swap a unique value are applied one after another', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, email: 'a' }), put(1, { id: 2, email: 'b' })]));
      await target.apply(
        sliceOf([
          put(2, { id: 1, email: 'tmp' }),
          put(3, { id: 2, email: 'a' }),
          put(4, { id: 1, email: 'b' }),
          put(5, { id: 3, email: 'c' }),
        ]),
      );
      expect(await schema.sql('SELECT id, email FROM %.t ORDER BY id')).toEqual([
        { id: 1, email: 'b' },
        { id: 2, email: 'a' },
        { id: 3, email: 'c' },
      ]);
    });

    test('a unique value that another partition is about to give up is waited for', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, email: 'a' })], 0));
      await target.apply(sliceOf([put(0, { id: 3 }), put(1, { id: 2, email: 'a' })], 1));
      expect((await named()).map(([id]) => id)).toEqual([1, 3]);
      await target.apply(sliceOf([put(1, { id: 1, email: 'b' })], 0));
      expect((await named()).map(([id]) => id)).toEqual([1, 2, 3]);
    });

    test('an older row that asks for a value which a newer one has already waits until it goes', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 2, email: 'a' }, { formerKey: structOf({ id: 1 }) })], 0));
      await target.apply(sliceOf([put(0, { id: 1, email: 'a' })], 1));
      await target.apply(sliceOf([remove(1, { id: 1 }, { laterKey: structOf({ id: 2 }) })], 1));
      expect((await named()).map(([id]) => id)).toEqual([2]);
      expect(await schema.sql('SELECT * FROM %.sluice_deferred')).toEqual([]);
    });

    test('a unique value that nobody else can give up makes the row bad', async () => {
      const target = mirror();
      const changes = [put(0, { id: 1, email: 'a' }), put(1, { id: 3 }), put(2, { id: 2, email: 'a' })];
      const failure = await failureOf(target.apply(sliceOf(changes)));
      expect(failure).toMatchObject({ code: 'DuplicateKey', row: 2, sqlState: '23505' });
      expect(failure.message).toContain('(constraint "t_email_key")');
      expect(failure.message).not.toContain('=(');
    });

    test('a unique value that a deleted row gives up is free in the same batch', async () => {
      const target = mirror();
      await target.apply(sliceOf([put(0, { id: 1, email: 'a' })]));
      await target.apply(sliceOf([remove(1, { id: 1 }), put(2, { id: 2, email: 'a' })]));
      expect(await schema.sql('SELECT id, email FROM %.t')).toEqual([{ id: 2, email: 'a' }]);
    });

    test('an older change does not overwrite a newer one, by its position in the source', async () => {
      await schema.sql('ALTER TABLE %.t ADD sluice_lsn numeric[]');
      const target = mirror({ ifNewer: 'lsn' });
      await target.apply(
        sliceOf([put(0, { id: 1, name: 'new' }, { order: [5n, 10n] }), put(1, { id: 2, name: 'x' }, { order: [6n] })]),
      );
      await target.apply(
        sliceOf([
          put(2, { id: 1, name: 'old' }, { order: [5n, 9n] }),
          put(3, { id: 3, name: 'c' }, { order: [9n] }),
          put(4, { id: 3, name: 'older' }, { order: [8n] }),
          remove(5, { id: 2 }, { order: [1n] }),
        ]),
      );
      expect(await named()).toEqual([
        [1, 'new', null],
        [2, 'x', null],
        [3, 'c', null],
      ]);
      await target.apply(sliceOf([remove(6, { id: 2 }, { order: [7n] })]));
      expect((await named()).map(([id]) => id)).toEqual([1, 3]);
    });

    test('a snapshot that is taken again says which rows may be gone', async () => {
      await schema.sql('ALTER TABLE %.t ADD sluice_lsn numeric[]');
      const read = (offset: number, id: number, place: bigint) =>
        put(offset, { id, name: `at ${place}` }, { order: [place, place], snapshot: 'whole' });
      const target = mirror({ ifNewer: 'lsn' });
      const first = await target.apply(sliceOf([read(0, 1, 5n), read(1, 2, 5n)]));
      expect(first.remarks?.map(({ code }) => code)).not.toContain('SnapshotAgain');
      await target.apply(sliceOf([put(2, { id: 3, name: 'c' }, { order: [6n, 7n] })]));
      const { remarks } = await target.apply(sliceOf([read(3, 1, 9n), read(4, 3, 9n)]));
      expect(remarks?.[0]).toMatchObject({ code: 'SnapshotAgain' });
      const [, condition] = /WHERE (.*)\)$/.exec(remarks![0]!.reason)!;
      await schema.sql(`DELETE FROM %.t WHERE ${condition}`);
      expect(await named()).toEqual([
        [1, 'at 9', null],
        [3, 'at 9', null],
      ]);
    });

    test('an older change does not overwrite a newer one, by a column', async () => {
      const target = mirror({ ifNewer: { column: 'name' } });
      await target.apply(sliceOf([put(0, { id: 1, name: 'b', big: '1' }), put(1, { id: 1, name: 'a', big: '2' })]));
      expect(await named()).toEqual([[1, 'b', '1']]);
    });

    test('a truncate empties the table where it is allowed, and what follows it stays', async () => {
      await mirror().apply(sliceOf([put(0, { id: 1 })]));
      const changes = [put(1, { id: 2 }), truncate(2), put(3, { id: 3 })];
      expect(await failureOf(mirror().apply(sliceOf(changes)))).toMatchObject({ code: 'TruncateRefused', row: 1 });
      await mirror({ allowTruncate: true }).apply(sliceOf(changes));
      expect((await named()).map(([id]) => id)).toEqual([3]);
    });

    test('a truncate over several partitions needs the position of each row', async () => {
      const plain = mirror({ allowTruncate: true });
      await plain.apply(sliceOf([put(0, { id: 1 }, { order: [1n] })], 1));
      expect(await failureOf(plain.apply(sliceOf([truncate(0, [5n])])))).toMatchObject({
        code: 'TruncateOverPartitions',
      });
      await schema.sql('ALTER TABLE %.t ADD sluice_lsn numeric[]');
      const target = mirror({ allowTruncate: true, ifNewer: 'lsn' });
      await target.apply(sliceOf([put(1, { id: 2 }, { order: [6n] })], 1));
      await target.apply(sliceOf([truncate(0, [5n])], 0));
      expect((await named()).map(([id]) => id)).toEqual([2]);
      // From before the truncate, and late.
      await target.apply(sliceOf([put(0, { id: 3 }, { order: [4n] }), put(1, { id: 4 }, { order: [7n] })], 2));
      expect((await named()).map(([id]) => id)).toEqual([2, 4]);
    });
  });
});
