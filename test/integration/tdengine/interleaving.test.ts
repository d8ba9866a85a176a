/** Whatever is cut, lost, sent again or done twice at once: the table is as one clean pass leaves it. */
import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { Slice, Target } from '../../../lib/sink/contract.ts';
import type { Mishap } from '../../support/tdengine/server.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';
import { sliceOf, targetInto } from '../../support/tdengine/target.ts';

const AT = 1_720_000_000_000;
const LEADERLESS: Mishap = { code: 0x090c, desc: 'Sync leader is unreachable' };

/** Few sub-tables and few moments, so that rows meet. */
const row = fc.record(
  {
    id: fc.integer({ min: 0, max: 2 }),
    hall: fc.constant('n'),
    at: fc.integer({ min: AT, max: AT + 3 }),
    voltage: fc.oneof(fc.integer({ min: 0, max: 99 }), fc.constant(null)),
    note: fc.oneof(
      fc.string({ maxLength: 4 }).map((text) => text.replaceAll('\u0000', '')),
      fc.constant(null),
    ),
  },
  { requiredKeys: ['id', 'hall', 'at'] },
);

/** Where a delivery begins and ends, as shares of the whole: each begins at or before the end of the one before it. */
const deliveries = fc.array(fc.record({ back: fc.nat(5), length: fc.integer({ min: 1, max: 6 }) }), { maxLength: 6 });
const mishaps = fc.array(fc.constantFrom<Mishap | undefined>(undefined, undefined, 'lost', 'refused', LEADERLESS), {
  maxLength: 12,
});

let session: Session;
let flaky: Session;
let ahead: (Mishap | undefined)[] = [];
beforeAll(async () => {
  session = await openSession();
  // A real server has no mishaps to order: there the cuts, the repetitions and the second process are what is tried.
  flaky =
    session.standIn === undefined
      ? session
      : await openSession({ mishap: (sql) => (sql.startsWith('INSERT') ? ahead.shift() : undefined) });
});
afterAll(async () => {
  await session.close();
  if (flaky !== session) await flaky.close();
});

function open(of: Session, sameTimestamp: string) {
  const database = of.database();
  const written = {
    target: { connection: 'plant', database, superTable: 'meters' },
    create: {
      database: { precision: 'ms' },
      columns: { voltage: 'INT', note: 'NCHAR(8)' },
      tags: { id: 'INT', hall: 'VARCHAR(4)' },
    },
    timestamp: { field: 'at', unit: 'ms' },
    sameTimestamp,
    tags: { id: 'id', hall: 'hall' },
    columns: { voltage: 'voltage', note: 'note' },
  };
  const key = sameTimestamp === 'key' ? ',`sluice_pos`' : '';
  const table = () =>
    of.rows(`select \`id\`,\`ts\`${key},\`voltage\`,\`note\` from \`meters\` order by \`id\`,\`ts\`${key}`, database);
  return { database, target: targetInto(of, written), another: () => targetInto(of, written), table };
}

async function insist(target: Target, slice: Slice): Promise<void> {
  for (;;) {
    try {
      await target.apply(slice);
      return;
    } catch (error) {
      if (!(error instanceof SluiceError && error.retryable)) throw error;
    }
  }
}

const part = (slice: Slice, from: number, to: number): Slice => ({
  ...slice,
  from,
  to,
  changes: slice.changes.slice(from, to),
});

/** The parts in which a partition is delivered, up to its end. */
function partsOf(slice: Slice, plan: readonly { readonly back: number; readonly length: number }[]): Slice[] {
  const parts: Slice[] = [];
  let end = 0;
  for (const { back, length } of plan) {
    const from = Math.max(0, end - back);
    end = Math.max(end, Math.min(slice.changes.length, from + length));
    // A process that comes back goes on to where it had been, in order.
    parts.push(part(slice, from, end));
  }
  parts.push(part(slice, Math.min(end, Math.max(0, end - 2)), slice.changes.length));
  return parts;
}

test.each(['last', 'key'])('%s: cuts, repetitions and lost answers change nothing', async (sameTimestamp) => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 14 }), deliveries, mishaps, async (rows, plan, sad) => {
      const slice = sliceOf(rows);
      const clean = open(session, sameTimestamp);
      await clean.target.apply(slice);
      const torn = open(flaky, sameTimestamp);
      ahead = [...sad];
      for (const each of partsOf(slice, plan)) await insist(torn.target, each);
      expect(await torn.table()).toEqual(await clean.table());
      await Promise.all([clean.target.close(), torn.target.close()]);
    }),
    { numRuns: 25 },
  );
});

test('key: two processes at once, and a late one, change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 14 }), deliveries, deliveries, async (rows, one, two) => {
      const slice = sliceOf(rows);
      const clean = open(session, 'key');
      await clean.target.apply(slice);
      const shared = open(session, 'key');
      await shared.target.apply(part(slice, 0, 1));
      const zombie = shared.another();
      const deliver = async (target: Target, plan: Parameters<typeof partsOf>[1]) => {
        for (const each of partsOf(slice, plan)) await target.apply(each);
      };
      await Promise.all([deliver(shared.target, one), deliver(zombie, two)]);
      await zombie.apply(part(slice, 0, Math.ceil(rows.length / 2)));
      expect(await shared.table()).toEqual(await clean.table());
      await Promise.all([clean.target.close(), shared.target.close(), zombie.close()]);
    }),
    { numRuns: 15 },
  );
});
