import fc from 'fast-check';
import type { Change } from '../../../lib/message/contract.ts';
import type { PostgresTarget } from '../../../lib/sink/postgres/target.ts';
import { histories } from '../../support/postgres/history.ts';
import { ScratchSchema, sliceOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 40);

describe.each(['auto', 'delete-insert'] as const)('conflict: %s', (conflict) => {
  describeWith('postgres', 'whatever happens to a table, its mirror becomes the same', ({ postgres }) => {
    let schema: ScratchSchema;
    beforeAll(async () => {
      schema = new ScratchSchema(postgres.url);
      await schema.create(
        `CREATE TABLE ${schema.name}.t (id int PRIMARY KEY, a text, big text NOT NULL, email text UNIQUE, sluice_lsn numeric[])`,
      );
    });
    afterAll(() => schema.drop());

    const fields = { mode: 'mirror', allowTruncate: true, target: { connection: 'db', table: 't', conflict } } as const;
    const mirrored = () => schema.sql('SELECT id, a, big, email FROM %.t ORDER BY id');
    const afresh = async (target: PostgresTarget) => {
      await target.forget('t');
      await schema.sql('DELETE FROM %.t');
    };
    /** Cuts a list into pieces of these sizes, again and again. */
    const pieces = (changes: readonly Change[], sizes: readonly number[]): (readonly Change[])[] => {
      const cut: (readonly Change[])[] = [];
      for (let at = 0, i = 0; at < changes.length; i++) {
        const size = sizes[i % sizes.length]!;
        cut.push(changes.slice(at, at + size));
        at += size;
      }
      return cut;
    };
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });

    test('cut anywhere, each piece folded, some delivered twice', async () => {
      const target = schema.target(fields);
      await fc.assert(
        fc.asyncProperty(histories({ truncates: true }), sizes, async ({ changes, rows }, cuts) => {
          await afresh(target);
          let before: readonly Change[] = [];
          for (const piece of pieces(changes, cuts)) {
            await target.apply(sliceOf([...before.slice(-2), ...piece]));
            before = piece;
          }
          expect(await mirrored()).toEqual(rows);
        }),
        { numRuns: RUNS },
      );
    });

    type Order = Change['order'];
    test.each([
      ['as it was', (order: Order) => order, (order: Order) => order],
      // All of it is one transaction.
      [
        'without the commit before it',
        ([at]: readonly bigint[] = []) => [0n, at!],
        ([at]: readonly bigint[] = []) => [at!, at!],
      ],
    ] as const)('sent again by its source from anywhere, under new offsets, %s', async (_, at, atAgain) => {
      const target = schema.target(fields);
      await fc.assert(
        fc.asyncProperty(histories({ truncates: false }), sizes, fc.nat(30), async ({ changes, rows }, cuts, back) => {
          await afresh(target);
          // A connector begins again between two changes of its source, never between the halves of one.
          const from = changes.findIndex((change, i) => i >= back && !(change.kind === 'put' && change.formerKey));
          const again = from < 0 ? [] : changes.slice(from);
          const all = [...changes, ...again].map((change, offset) => ({
            ...change,
            order: (offset < changes.length ? at : atAgain)(change.order),
            message: { ...change.message, offset },
          })) as Change[];
          for (const piece of pieces(all, cuts)) await target.apply(sliceOf(piece));
          expect(await mirrored()).toEqual(rows);
        }),
        { numRuns: RUNS },
      );
    });

    // Without truncates: one that lies between changes of other partitions can leave an unchanged value that it should have taken.
    test('over three partitions by key, in whatever order they come', async () => {
      const target = schema.target({ ...fields, ifNewer: 'lsn' });
      const turns = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 8 })), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(histories({ truncates: false }), turns, async ({ changes, rows }, order) => {
          await afresh(target);
          const partitions: Change[][] = [[], [], []];
          for (const change of changes) {
            const key = change.kind === 'put' ? change.row : change.kind === 'remove' ? change.key : undefined;
            const partition = partitions[key === undefined ? 0 : Number(key.values[0]) % 3]!;
            partition.push({ ...change, message: { ...change.message, offset: partition.length } } as Change);
          }
          const at = [0, 0, 0];
          const rest = [0, 1, 2].map((partition) => [partition, 100] as const);
          for (const [partition, size] of [...order, ...rest]) {
            const piece = partitions[partition]!.slice(at[partition], at[partition]! + size);
            at[partition]! += piece.length;
            if (piece.length > 0) await target.apply(sliceOf(piece, partition));
          }
          expect(await mirrored()).toEqual(rows);
          expect(await schema.sql('SELECT * FROM %.sluice_deferred')).toEqual([]);
        }),
        { numRuns: RUNS, seed: 1 },
      );
    });
  });
});
