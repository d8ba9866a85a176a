import type { End, Ledger } from '../../../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../../../lib/ledger/dynamodb/ledger.ts';
import { away, FakeBroker, FakeTable, fakeTime, fenced, notReady, OBJECT } from '../../../support/ledger/fakes.ts';
import { held, put } from '../../../support/ledger/holding.ts';

const DONE: End = { kind: 'done' };
const RELEASED: End = { kind: 'released' };
const LEASE = 60_000;

function setUp() {
  const broker = new FakeBroker();
  const table = new FakeTable();
  const time = fakeTime();
  const instance = (): Ledger =>
    createDynamoLedger({
      scope: { stage: 'test', rule: 'errors' },
      channels: broker.channel,
      store: table,
      clock: time.clock,
      pause: time.pause,
      random: time.random,
      rememberMs: 86_400_000,
      leaseMs: LEASE,
    });
  return { broker, table, time, instance };
}

describe('an object that all goes well with', () => {
  test('is claimed, carried and done in this order', async () => {
    const { broker, table, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    expect(hold.position).toEqual({ byte: 0, counts: {} });
    await put(hold, 'a', 10);
    await put(hold, 'b', 20, DONE);
    expect(broker.records).toEqual(['a', 'b']);
    expect(table.writes).toEqual(['claim', 'intent', 'intent', 'done']);
    const greeting = ['connect', 'begin', 'sendOffsets', 'commit'];
    const batch = ['begin', 'send', 'sendOffsets', 'commit'];
    expect(broker.calls).toEqual([...greeting, ...batch, ...batch]);
  });

  test('answers whoever comes again', async () => {
    const { time, instance } = setUp();
    const ledger = instance();
    await put(held(await ledger.open(OBJECT)), 'a', 10, DONE);
    const position = { byte: 10, counts: { sent: 10 } };
    expect(await ledger.open(OBJECT)).toEqual({ kind: 'done', finished: time.now, position });
    expect(await instance().open(OBJECT)).toEqual({ kind: 'done', finished: time.now, position });
  });

  test('has a time to live once it is done, and not before', async () => {
    const { table, time, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    await put(hold, 'a', 10);
    expect(table.of(OBJECT)?.expires).toBeUndefined();
    await hold.end({ byte: 10, counts: {} }, DONE);
    expect(table.of(OBJECT)?.expires).toBe(time.now / 1000 + 86_400);
  });

  test('leaves its lane to the next object', async () => {
    const { broker, instance } = setUp();
    const ledger = instance();
    await put(held(await ledger.open(OBJECT)), 'a', 10, DONE);
    await put(held(await ledger.open({ ...OBJECT, key: 'b.csv' })), 'b', 10, DONE);
    expect(broker.groups.size).toBe(1);
    expect([...broker.groups.values()]).toEqual([{ offset: 2, metadata: '' }]);
    await ledger.close();
    expect(broker.open).toEqual([]);
  });

  test('is opened beside another one in a lane of its own', async () => {
    const { broker, instance } = setUp();
    const ledger = instance();
    const first = held(await ledger.open(OBJECT));
    const second = held(await ledger.open({ ...OBJECT, key: 'b.csv' }));
    await put(second, 'b', 10, DONE);
    await put(first, 'a', 10, DONE);
    expect(broker.groups.size).toBe(2);
  });
});

describe('an object that changes hands', () => {
  test('is busy while its lease lasts', async () => {
    const { time, instance } = setUp();
    await instance().open(OBJECT);
    expect(await instance().open(OBJECT)).toEqual({ kind: 'busy', until: time.now + LEASE });
  });

  test('goes on where it was released, at once', async () => {
    const { broker, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    await put(hold, 'a', 10);
    await hold.end({ byte: 15, counts: { sent: 1 } }, RELEASED);
    const next = held(await instance().open(OBJECT));
    expect(next.position).toEqual({ byte: 15, counts: { sent: 1 } });
    await put(next, 'b', 20, DONE);
    expect(broker.records).toEqual(['a', 'b']);
  });

  test.each([
    ['committed, its answer lost: goes on behind the batch', true, 10, ['a', 'b']],
    ['never committed: does it again', false, 0, ['b']],
  ])('after a commit that was %s', async (_, carriedOut, at, records) => {
    const { broker, time, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    broker.fail('commit', away(), carriedOut);
    await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
    time.now += LEASE;
    const next = held(await instance().open(OBJECT));
    expect(next.position.byte).toBe(at);
    await put(next, 'b', 20, DONE);
    expect(broker.records).toEqual(records);
  });

  test('tells the one who had it to leave, and keeps what it sends out', async () => {
    const { broker, time, instance } = setUp();
    const first = held(await instance().open(OBJECT));
    await put(first, 'a', 10);
    time.now += LEASE;
    const second = held(await instance().open(OBJECT));
    await expect(put(first, 'b', 20)).rejects.toMatchObject({ code: 'TakenOver', stage: 'ledger' });
    await put(second, 'b', 20, DONE);
    expect(broker.records).toEqual(['a', 'b']);
  });

  test('tells it by a heartbeat as well', async () => {
    const { time, instance } = setUp();
    const first = held(await instance().open(OBJECT));
    time.now += LEASE;
    held(await instance().open(OBJECT));
    await expect(first.heartbeat()).rejects.toMatchObject({ code: 'TakenOver' });
    await expect(put(first, 'a', 10)).rejects.toMatchObject({ code: 'TakenOver' });
  });

  test('is stopped where nobody can tell what is in Kafka', async () => {
    const { broker, time, instance } = setUp();
    const first = held(await instance().open(OBJECT));
    broker.fail('commit', away(), true);
    await expect(put(first, 'a', 10)).rejects.toThrow();
    time.now += LEASE;
    broker.groups.clear();
    const opening = await instance().open(OBJECT);
    expect(opening).toMatchObject({ kind: 'stopped', reason: { code: 'CheckpointLost' }, position: { byte: 0 } });
    expect(await instance().open(OBJECT)).toEqual(opening);
  });
});

describe('a failure', () => {
  test.each(['begin', 'send', 'sendOffsets', 'commit'] as const)(
    'of %s drops the lane, and the same instance goes on in another',
    async (call) => {
      const { broker, instance } = setUp();
      const ledger = instance();
      const hold = held(await ledger.open(OBJECT));
      broker.fail(call, away());
      await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
      await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
      expect(broker.open).toEqual([]);
      // Its own lease does not keep it waiting.
      const again = held(await ledger.open(OBJECT));
      await put(again, 'a', 10, DONE);
      expect(broker.records).toEqual(['a']);
      expect(broker.groups.size).toBe(2);
    },
  );

  test('of a fence is a takeover', async () => {
    const { broker, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    broker.fail('send', fenced());
    await expect(put(hold, 'a', 10)).rejects.toMatchObject({ code: 'TakenOver' });
  });

  test.each(['claim', 'intent', 'done'] as const)(
    'of the answer to a %s write is none, if it was carried out and sent again',
    async (kind) => {
      const { table, instance } = setUp();
      const write = table.write.bind(table);
      table.write = async (object, what) => {
        if (what.kind === kind) await write(object, what);
        return write(object, what);
      };
      await put(held(await instance().open(OBJECT)), 'a', 10, DONE);
      expect(table.of(OBJECT)?.state).toBe('done');
    },
  );

  test('of an intent leaves nothing in Kafka', async () => {
    const { broker, table, instance } = setUp();
    const ledger = instance();
    const hold = held(await ledger.open(OBJECT));
    table.fail('intent', away(), true);
    await expect(put(hold, 'a', 10)).rejects.toThrow();
    const again = held(await ledger.open(OBJECT));
    expect(again.position.byte).toBe(0);
    expect(broker.records).toEqual([]);
  });

  test('of what the batch does by itself drops it as well', async () => {
    const { broker, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    const boom = new Error('the run was ended');
    await expect(hold.commit({ byte: 10, counts: {} }, () => Promise.reject(boom))).rejects.toBe(boom);
    expect(broker.open).toEqual([]);
  });

  test('of a broker that is only starting is waited out, each time in a new lane', async () => {
    const { broker, time, instance } = setUp();
    const before = time.now;
    for (let times = 0; times < 3; times++) broker.fail('connect', notReady());
    held(await instance().open(OBJECT));
    expect(time.now - before).toBe(250 + 500 + 1000);
    expect(broker.open).toHaveLength(1);
    expect(broker.open[0]).toMatch(/^sluice\.test\.errors\.lane\./);
  });

  test('of a broker that never starts ends in its error', async () => {
    const { broker, instance } = setUp();
    for (let times = 0; times < 20; times++) broker.fail('connect', notReady());
    await expect(instance().open(OBJECT)).rejects.toMatchObject({ code: 'BrokerNotReady' });
  });

  test('while an intent is settled is waited out too', async () => {
    const { broker, time, instance } = setUp();
    const first = held(await instance().open(OBJECT));
    broker.fail('commit', away(), true);
    await expect(put(first, 'a', 10)).rejects.toThrow();
    time.now += LEASE;
    broker.fail('readOffset', notReady());
    broker.fail('readOffset', notReady());
    expect(held(await instance().open(OBJECT)).position.byte).toBe(10);
    expect(broker.open).toHaveLength(1);
  });
});

describe('a heartbeat', () => {
  test('is written once a third of the lease is over', async () => {
    const { table, time, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    await hold.heartbeat();
    expect(table.writes).toEqual(['claim']);
    time.now += LEASE / 3;
    await hold.heartbeat();
    await hold.heartbeat();
    expect(table.writes).toEqual(['claim', 'heartbeat']);
    expect(table.of(OBJECT)?.lease).toBe(time.now + LEASE);
  });

  test('that fails ends the hold', async () => {
    const { broker, table, time, instance } = setUp();
    const hold = held(await instance().open(OBJECT));
    time.now += LEASE / 2;
    table.fail('heartbeat', away());
    await expect(hold.heartbeat()).rejects.toMatchObject({ code: 'BrokerUnreachable' });
    expect(broker.open).toEqual([]);
  });
});

describe('by hand', () => {
  const reason = { code: 'CastFailed', reason: 'record at byte 15: no integer' };

  test('a stopped object is not tried again until it is resumed', async () => {
    const { time, instance } = setUp();
    await put(held(await instance().open(OBJECT)), 'a', 10, { kind: 'stopped', reason });
    const position = { byte: 10, counts: { sent: 10 } };
    expect(await instance().open(OBJECT)).toEqual({ kind: 'stopped', since: time.now, reason, position });
    await expect(instance().again(OBJECT)).rejects.toMatchObject({ code: 'NotDone' });
    await instance().resume(OBJECT);
    expect(held(await instance().open(OBJECT)).position).toEqual(position);
  });

  test('a finished object is exported again from its first byte', async () => {
    const { broker, table, instance } = setUp();
    await put(held(await instance().open(OBJECT)), 'a', 10, DONE);
    await expect(instance().resume(OBJECT)).rejects.toMatchObject({ code: 'NotStopped' });
    await instance().again(OBJECT);
    expect(table.of(OBJECT)?.expires).toBeUndefined();
    const hold = held(await instance().open(OBJECT));
    expect(hold.position.byte).toBe(0);
    await put(hold, 'a', 10, DONE);
    expect(broker.records).toEqual(['a', 'a']);
  });

  test('what was never exported needs nothing to be exported', async () => {
    const { instance } = setUp();
    await instance().again(OBJECT);
    await expect(instance().resume(OBJECT)).rejects.toMatchObject({ code: 'NotStopped' });
  });
});
