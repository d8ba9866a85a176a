import { createGroupLedger } from '../../../../lib/ledger/kafka/ledger.ts';
import { checkpointOf } from '../../../../lib/ledger/kafka/metadata.ts';
import { SWEEP_EVERY, SWEEP_LIMIT, sweeping } from '../../../../lib/ledger/kafka/sweeping.ts';
import { objectId } from '../../../../lib/ledger/names.ts';
import { away, FakeBroker, fakeTime, OBJECT } from '../../../support/ledger/fakes.ts';

const SCOPE = { stage: 'test', rule: 'errors' };
const DAY = 86_400_000;

/** A broker that knows so many objects, done at the beginning of time, and an instance two days later. */
function world(objects: number, chance = 0) {
  const time = fakeTime();
  const broker = new FakeBroker();
  const position = { byte: 9, counts: {} };
  for (let i = 0; i < objects; i++) {
    const id = objectId(SCOPE, { ...OBJECT, key: `old-${i}` });
    broker.groups.set(id, checkpointOf({ state: 'done', position, time: time.now }));
  }
  time.now += 2 * DAY;
  let listed = 0;
  let fails = false;
  const directory = {
    list: async (prefix: string) => {
      listed++;
      if (fails) throw away();
      return broker.list(prefix);
    },
    read: (group: string) => broker.read(group),
    remove: (groups: readonly string[]) => broker.remove(groups),
  };
  const own = createGroupLedger({ ...time, scope: SCOPE, channels: broker.channel, directory: broker, dedupeMs: DAY });
  const ledger = sweeping(own, { directory, scope: SCOPE, dedupeMs: DAY, clock: time.clock, chance: () => chance });
  let made = 0;
  return {
    time,
    broker,
    listed: () => listed,
    fail: () => {
      fails = true;
    },
    open: () => ledger.open({ ...OBJECT, key: `new-${made++}`, lastModified: time.now }),
  };
}

test('what was finished long ago goes when an object is opened', async () => {
  const { broker, open } = world(20);
  expect(broker.groups.size).toBe(20);
  expect((await open()).kind).toBe('open');
  expect(broker.groups.size).toBe(0);
});

test('not each time, and not by all instances at once', async () => {
  const { time, listed, open } = world(5, 0.5);
  await open();
  expect(listed()).toBe(0);
  time.now += SWEEP_EVERY / 2;
  await open();
  await open();
  expect(listed()).toBe(1);
  time.now += SWEEP_EVERY;
  await open();
  expect(listed()).toBe(2);
});

test('a few hundred at a time, and in the end all', async () => {
  const { time, broker, open } = world(SWEEP_LIMIT + 50, 0.9);
  time.now += SWEEP_EVERY;
  await open();
  expect(broker.groups.size).toBe(50);
  time.now += SWEEP_EVERY;
  await open();
  expect(broker.groups.size).toBe(0);
});

test('a broker that does not list its groups holds up no run', async () => {
  const { open, fail, listed } = world(5);
  fail();
  expect((await open()).kind).toBe('open');
  expect(listed()).toBe(1);
});
