import type { End, Ledger } from '../../../../lib/ledger/contract.ts';
import { createGroupLedger } from '../../../../lib/ledger/kafka/ledger.ts';
import { markOf } from '../../../../lib/ledger/kafka/metadata.ts';
import { sweep } from '../../../../lib/ledger/kafka/sweep.ts';
import { objectId } from '../../../../lib/ledger/names.ts';
import { away, FakeBroker, fakeTime, fenced, notReady, OBJECT } from '../../../support/ledger/fakes.ts';
import { held, put } from '../../../support/ledger/holding.ts';

const SCOPE = { stage: 'test', rule: 'errors' };
const GROUP = objectId(SCOPE, OBJECT);
const DEDUPE = 86_400_000;
const DONE: End = { kind: 'done' };
const RELEASED: End = { kind: 'released' };

function setUp() {
  const broker = new FakeBroker();
  const time = fakeTime();
  const { clock, pause, random } = time;
  const ledger = (): Ledger =>
    createGroupLedger({
      scope: SCOPE,
      channels: broker.channel,
      directory: broker,
      clock,
      pause,
      random,
      dedupeMs: DEDUPE,
    });
  return { broker, time, ledger: ledger() };
}

describe('an object', () => {
  test('is connected before it is read, and done in its last transaction', async () => {
    const { broker, time, ledger } = setUp();
    const hold = held(await ledger.open(OBJECT));
    await put(hold, 'a', 10);
    await put(hold, 'b', 20, DONE);
    const batch = ['begin', 'send', 'sendOffsets', 'commit'];
    expect(broker.calls).toEqual(['connect', 'readOffset', ...batch, ...batch]);
    expect(broker.open).toEqual([]);
    const position = { byte: 20, counts: { sent: 20 } };
    expect(await ledger.open(OBJECT)).toEqual({ kind: 'done', finished: time.now, position });
  });

  test('goes on where it was left', async () => {
    const { broker, ledger } = setUp();
    const first = held(await ledger.open(OBJECT));
    await put(first, 'a', 10, RELEASED);
    const second = held(await ledger.open(OBJECT));
    expect(second.position).toEqual({ byte: 10, counts: { sent: 10 } });
    await second.end({ byte: 15, counts: { sent: 15 } }, RELEASED);
    expect(held(await ledger.open(OBJECT)).position.byte).toBe(15);
    expect(broker.records).toEqual(['a']);
  });

  test('is taken from whoever had it, who leaves', async () => {
    const { broker, ledger } = setUp();
    const first = held(await ledger.open(OBJECT));
    const second = held(await ledger.open(OBJECT));
    await expect(put(first, 'a', 10)).rejects.toMatchObject({ code: 'TakenOver' });
    await put(second, 'a', 10, DONE);
    expect(broker.records).toEqual(['a']);
  });

  test.each([
    ['was carried out', true, 10],
    ['was not', false, 0],
  ])('after a commit that failed and %s is read again by another producer', async (_, carriedOut, at) => {
    const { broker, ledger } = setUp();
    const hold = held(await ledger.open(OBJECT));
    broker.fail('commit', away(), carriedOut);
    await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
    await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
    expect(broker.open).toEqual([]);
    expect(held(await ledger.open(OBJECT)).position.byte).toBe(at);
  });

  test.each(['connect', 'readOffset'] as const)('waits where %s finds a broker that is not ready', async (call) => {
    const { broker, time, ledger } = setUp();
    const before = time.now;
    broker.fail(call, notReady());
    held(await ledger.open(OBJECT));
    expect(time.now).toBe(before + 250);
    expect(broker.open).toHaveLength(1);
  });

  test('is given up by a run that is fenced while it opens it', async () => {
    const { broker, ledger } = setUp();
    broker.fail('connect', fenced());
    await expect(ledger.open(OBJECT)).rejects.toMatchObject({ code: 'TakenOver' });
  });

  test('whose group holds what somebody else committed is not touched', async () => {
    const { broker, ledger } = setUp();
    broker.groups.set(GROUP, { offset: 5, metadata: '' });
    await expect(ledger.open(OBJECT)).rejects.toMatchObject({ code: 'BrokenCheckpoint', stage: 'ledger' });
    expect(broker.open).toEqual([]);
  });
});

describe('an object older than dedupe', () => {
  const OLD = { ...OBJECT, lastModified: 1_000_000 - DEDUPE - 1 };

  test('of which nothing is known is refused without asking the broker for an id', async () => {
    const { broker, ledger } = setUp();
    const refused = ledger.open(OLD);
    await expect(refused).rejects.toMatchObject({ code: 'ObjectTooOld', retryable: false });
    expect(broker.calls).toEqual([]);
  });

  test('is exported after --again', async () => {
    const { broker, ledger } = setUp();
    await ledger.again(OLD);
    await put(held(await ledger.open(OLD)), 'a', 10, DONE);
    expect(broker.records).toEqual(['a']);
  });

  test('goes on if it was begun, and is done if it is done', async () => {
    const { time, ledger } = setUp();
    await put(held(await ledger.open(OBJECT)), 'a', 10, RELEASED);
    time.now += 2 * DEDUPE;
    const hold = held(await ledger.open(OBJECT));
    expect(hold.position.byte).toBe(10);
    await put(hold, 'b', 20, DONE);
    expect((await ledger.open(OBJECT)).kind).toBe('done');
  });

  test('whose group vanishes between the two looks is refused', async () => {
    const { broker, time, ledger } = setUp();
    await put(held(await ledger.open(OBJECT)), 'a', 10, RELEASED);
    time.now += 2 * DEDUPE;
    const read = broker.read.bind(broker);
    broker.read = async (group) => {
      const found = await read(group);
      broker.groups.clear();
      return found;
    };
    await expect(ledger.open(OBJECT)).rejects.toMatchObject({ code: 'ObjectTooOld' });
    expect(broker.open).toEqual([]);
  });
});

describe('a stopped object', () => {
  const reason = { code: 'CastFailed', reason: 'record at byte 15: no integer', fix: 'Mend it.' };

  test('is listed by its name, and waits to be resumed', async () => {
    const { time, ledger } = setUp();
    await put(held(await ledger.open(OBJECT)), 'a', 10, { kind: 'stopped', reason });
    const position = { byte: 10, counts: { sent: 10 } };
    expect(await ledger.open(OBJECT)).toEqual({ kind: 'stopped', since: time.now, reason, position });
    const listed = [];
    for await (const one of ledger.stopped()) listed.push(one);
    const { bucket, key, version } = OBJECT;
    expect(listed).toEqual([{ bucket, key, version, since: time.now, reason, position }]);
    await expect(ledger.again(OBJECT)).rejects.toMatchObject({ code: 'NotDone' });
    await ledger.resume(OBJECT);
    expect(held(await ledger.open(OBJECT)).position).toEqual(position);
    expect(listed).toHaveLength(1);
  });

  test('is what only a stopped one can be resumed from, and a run at work is not fenced to learn that', async () => {
    const { broker, ledger } = setUp();
    const hold = held(await ledger.open(OBJECT));
    await put(hold, 'a', 10);
    await expect(ledger.resume(OBJECT)).rejects.toMatchObject({ code: 'NotStopped' });
    await expect(ledger.again(OBJECT)).rejects.toMatchObject({ code: 'NotDone' });
    await put(hold, 'b', 20, DONE);
    await ledger.again(OBJECT);
    expect(held(await ledger.open(OBJECT)).position).toEqual({ byte: 0, counts: {} });
    expect(broker.records).toEqual(['a', 'b']);
  });
});

test('a sweep removes groups of finished objects once they are old, and nothing else', async () => {
  const { broker, time, ledger } = setUp();
  const named = (key: string) => ({ ...OBJECT, key });
  await put(held(await ledger.open(named('done'))), 'a', 10, DONE);
  await put(held(await ledger.open(named('running'))), 'b', 10, RELEASED);
  const reason = { code: 'CastFailed', reason: 'bad' };
  await put(held(await ledger.open(named('stopped'))), 'c', 10, { kind: 'stopped', reason });
  broker.groups.set('sluice.test.errors.lane.r1', { offset: 3, metadata: '' });
  broker.groups.set('sluice.test.errors.foreign', { offset: 3, metadata: 'x' });
  broker.groups.set('sluice.test.errors-two.abc', { offset: 3, metadata: '' });
  expect(await sweep(broker, SCOPE, DEDUPE, time.now + DEDUPE)).toEqual({ removed: 0, left: 3 });
  expect(await sweep(broker, SCOPE, DEDUPE, time.now + DEDUPE + 3_600_001)).toEqual({ removed: 1, left: 2 });
  expect([...broker.groups.keys()]).toEqual([
    objectId(SCOPE, named('running')),
    objectId(SCOPE, named('stopped')),
    'sluice.test.errors.lane.r1',
    'sluice.test.errors.foreign',
    'sluice.test.errors-two.abc',
  ]);
  expect(markOf(broker.groups.get(objectId(SCOPE, named('running')))!).state).toBe('running');
});
