/** Parked events in the ledger's real table, beside what the ledger keeps there. */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createParkedEvents } from '../../lib/ledger/dynamodb/parked.ts';
import { createItemStore } from '../../lib/ledger/dynamodb/store.ts';
import type { ParkedEvent } from '../../lib/ledger/parked.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { describeWith } from '../support/stack.ts';

const SCOPE = { stage: 'test', rule: 'errors' };
const OBJECT = { bucket: 'logs', key: 'ключ/a b.csv', versionId: 'v1' };
const REASON = { code: 'BrokerUnreachable', reason: 'no broker answered', fix: 'Look at it.' };

describeWith('aws', 'parked events', ({ aws }) => {
  const place = new LedgerTable(aws, 'parked');
  const { client, table } = place;
  const parked = createParkedEvents(client, table, SCOPE);
  const all = async () => {
    const found: ParkedEvent[] = [];
    for await (const each of parked.list()) found.push(each);
    return found;
  };

  beforeAll(() => place.create());
  afterAll(() => place.remove());
  afterEach(async () => {
    for (const each of await all()) await parked.remove(each);
  });

  test('come back as they were put, the longest parked first', async () => {
    await parked.put({ event: 'no JSON', reason: { code: 'UnknownEvent', reason: 'not an event' }, since: 2_000 });
    await parked.put({ event: '{"sluice":"export"}', object: OBJECT, reason: REASON, since: 1_000 });
    expect(await parked.count()).toBe(2);
    expect(await all()).toMatchObject([
      { event: '{"sluice":"export"}', object: OBJECT, reason: REASON, since: 1_000 },
      { event: 'no JSON', reason: { code: 'UnknownEvent' }, since: 2_000 },
    ]);
  });

  test('are no object that stands still, and belong to one rule', async () => {
    await parked.put({ event: '{}', reason: REASON, since: 1 });
    const stopped = [];
    for await (const each of createItemStore(client, table, SCOPE).stopped()) stopped.push(each);
    expect(stopped).toEqual([]);
    expect(await createParkedEvents(client, table, { ...SCOPE, rule: 'others' }).count()).toBe(0);
    expect(await createParkedEvents(client, table, { ...SCOPE, stage: 'prod' }).count()).toBe(0);
  });

  test('are never deleted by a time to live', async () => {
    await parked.put({ event: '{}', reason: REASON, since: 1 });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    expect(Items).toHaveLength(1);
    expect(Items[0]).not.toHaveProperty('expires');
    expect(Items[0]?.['pk']?.S).toMatch(/^sluice\.test\.errors\.parked\./);
  });

  test('the same event is parked once, for the last reason', async () => {
    await parked.put({ event: '{}', reason: REASON, since: 1 });
    await parked.put({ event: '{}', reason: { ...REASON, code: 'TopicDenied' }, since: 2 });
    expect(await all()).toMatchObject([{ reason: { code: 'TopicDenied' }, since: 2 }]);
  });

  test('an event that no item could hold is parked whole, and leaves nothing behind', async () => {
    const items = async () => (await client.send(new ScanCommand({ TableName: table }))).Items?.length;
    const event = `${'é'.repeat(499_999)}x`;
    await parked.put({ event, reason: REASON, since: 1 });
    const [seen] = await all();
    expect(seen?.event).toBe(event);
    expect(await parked.count()).toBe(1);
    // Parked again while somebody removes what was listed: the second one stays whole.
    await parked.put({ event, reason: { ...REASON, code: 'TopicDenied' }, since: 2 });
    expect(await parked.remove(seen!)).toBe(false);
    const [now] = await all();
    expect(now).toMatchObject({ event, reason: { code: 'TopicDenied' } });
    expect(await parked.remove(now!)).toBe(true);
    expect(await items()).toBe(0);
  });

  test('one that failed anew while it was redriven stays', async () => {
    await parked.put({ event: '{}', reason: REASON, since: 1 });
    const [seen] = await all();
    await parked.put({ event: '{}', reason: REASON, since: 1 });
    expect(await parked.remove(seen!)).toBe(false);
    expect(await parked.count()).toBe(1);
    const [now] = await all();
    expect(await parked.remove(now!)).toBe(true);
    expect(await parked.remove(now!)).toBe(false);
    expect(await parked.count()).toBe(0);
  });

  test('a table that is not there is named', async () => {
    const nowhere = createParkedEvents(client, 'nowhere', SCOPE);
    await expect(nowhere.count()).rejects.toMatchObject({ code: 'LedgerMissing' });
    await expect(nowhere.put({ event: '{}', reason: REASON, since: 1 })).rejects.toMatchObject({
      code: 'LedgerMissing',
    });
  });
});
