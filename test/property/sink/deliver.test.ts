import fc from 'fast-check';
import { deliver } from '../../../lib/sink/deliver.ts';
import { RowFault } from '../../../lib/sink/row-fault.ts';
import { SinkTally } from '../../../lib/sink/tally.ts';
import { batchOf, PLACE, sceneOf, TableTarget, wordOf } from '../../support/sink-fakes.ts';

/** Words of messages; those in capitals cannot be written. */
const values = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c|d', 'e|f|g') },
    { weight: 1, arbitrary: fc.constantFrom('filtered', 'unreadable', null) },
    { weight: 2, arbitrary: fc.constantFrom('BAD', 'a|BAD', 'BAD|b') },
  ),
  { maxLength: 40 },
);

interface Way {
  readonly batchMessages: number;
  /** Whether the server names rows: always, never, or wrongly. */
  readonly hint: 'row' | 'none' | 'another row';
  readonly partial: boolean;
  readonly offsets: boolean;
}

const way = fc.record<Way>({
  batchMessages: fc.integer({ min: 1, max: 50 }),
  hint: fc.constantFrom('row', 'none', 'another row'),
  partial: fc.boolean(),
  offsets: fc.boolean(),
});

function targetOf({ hint, partial, offsets }: Way): TableTarget {
  return new TableTarget({
    partial,
    offsets,
    refuse({ changes }) {
      const bad = changes.findIndex((change) => wordOf(change) === 'BAD');
      if (bad === -1) return undefined;
      const row = hint === 'row' ? { row: bad } : hint === 'another row' ? { row: 0 } : {};
      return new RowFault('Bad', 'bad', row);
    },
  });
}

const isBad = (value: string | null): boolean => value === 'unreadable' || (value?.includes('BAD') ?? false);
const good = (list: readonly (string | null)[]): string[] =>
  list.flatMap((value) => (value === null || value === 'filtered' || isBad(value) ? [] : value.split('|')));

async function run(scene: ReturnType<typeof sceneOf>, list: readonly (string | null)[], from = 0) {
  const tally = new SinkTally(scene.ports.clock);
  return deliver(batchOf(list, from), scene.plan, scene.ports, { tally, giveUpAt: Number.POSITIVE_INFINITY });
}

/** Rows of messages that are bad as a whole may stay where a target writes in parts. */
const sure = (target: TableTarget, list: readonly (string | null)[]): string[] =>
  [...target.rows]
    .filter(([id]) => !isBad(list[Number(id.split('-')[2])] ?? null))
    .map(([, word]) => word)
    .sort();

test('discard and deadLetter: every good row, once, however the batch is cut and halved', async () => {
  await fc.assert(
    fc.asyncProperty(
      values,
      way,
      fc.constantFrom('discard' as const, 'deadLetter' as const),
      async (list, how, onError) => {
        const target = targetOf(how);
        const scene = sceneOf({ onError, batchMessages: how.batchMessages }, target);
        expect(await run(scene, list)).toBeUndefined();
        expect(sure(target, list)).toEqual(good(list).sort());
        if (!how.partial) expect(target.words).toEqual(good(list));
        const refused = [...new Set(scene.letters.map(({ message }) => message.offset))].sort((a, b) => a - b);
        const expected = list.flatMap((value, i) => (isBad(value) ? [i] : []));
        expect(refused).toEqual(onError === 'discard' ? [] : expected);
        if (how.offsets && list.length > 0) expect(target.positions.get('errors-0')).toBe(list.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('retain: everything before the first bad message and nothing after it; mended, the rest follows', async () => {
  await fc.assert(
    fc.asyncProperty(values, way, async (list, how) => {
      const target = targetOf({ ...how, partial: false });
      const scene = sceneOf({ batchMessages: how.batchMessages }, target);
      const first = list.findIndex(isBad);
      const stop = await run(scene, list);
      expect(stop?.offset).toBe(first === -1 ? undefined : first);
      expect(target.words).toEqual(good(first === -1 ? list : list.slice(0, first)));
      await scene.ports.stops.resume(PLACE);
      const mended = list.map((value) => (isBad(value) ? 'mended' : value));
      expect(await run(scene, mended)).toBeUndefined();
      expect(target.words).toEqual(good(mended));
    }),
    { numRuns: 300 },
  );
});

test('any sequence of cuts, repetitions and failures leaves the same rows', async () => {
  const cuts = fc.array(fc.record({ from: fc.nat(39), size: fc.integer({ min: 1, max: 40 }) }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(values, way, cuts, async (list, how, again) => {
      const target = targetOf({ ...how, partial: false });
      const scene = sceneOf({ onError: 'discard', batchMessages: how.batchMessages }, target);
      let done = 0;
      for (const { from, size } of again) {
        // As a poller does: what is new follows what was committed, what is old may come again anywhere.
        const begin = Math.min(from, done);
        const part = list.slice(begin, begin + size);
        await run(scene, part, begin);
        done = Math.max(done, begin + part.length);
      }
      await run(scene, list.slice(done), done);
      expect(target.words).toEqual(good(list));
    }),
    { numRuns: 200 },
  );
});
