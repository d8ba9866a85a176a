/** The store of items against a DynamoDB that honours conditions. */
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { Provenance } from '../../lib/kafka/contract.ts';
import type { LedgerObject, Scope } from '../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../lib/ledger/dynamodb/ledger.ts';
import { createItemStore, type ItemStore } from '../../lib/ledger/dynamodb/store.ts';
import { TABLE, TIME_TO_LIVE } from '../../lib/ledger/dynamodb/table.ts';
import { apply, type Item, settled, type Write } from '../../lib/ledger/item.ts';
import { objectId } from '../../lib/ledger/names.ts';
import { FakeBroker } from '../support/ledger/fakes.ts';
import { describeWith } from '../support/stack.ts';

const SCOPE: Scope = { stage: 'test', rule: 'errors' };
const AT = { byte: 2 ** 40 + 1, counts: { scanned: 12, sent: 3 } };
const REASON = { code: 'CastFailed', reason: 'record at byte 15: no integer', fix: 'Mend it.' };

describeWith('aws', 'the items of the ledger', ({ aws }) => {
  const { url: endpoint, region, accessKeyId, secretAccessKey } = aws;
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  const client = new DynamoDBClient(settings);
  const table = `ledger-${randomUUID()}`;
  const store = createItemStore(client, table, SCOPE);
  let made = 0;
  const fresh = (): LedgerObject => ({
    bucket: 'logs',
    key: `ключ ${made++}/a b.csv`,
    version: 'v"1',
    lastModified: Date.now(),
  });

  beforeAll(async () => {
    await client.send(new CreateTableCommand({ TableName: table, ...TABLE }));
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: table });
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: TIME_TO_LIVE }));
  });
  afterAll(async () => {
    await client.send(new DeleteTableCommand({ TableName: table }));
    client.destroy();
  });

  const claim = (token: string): Write => ({ kind: 'claim', owner: `lane ${token}`, claim: token, lease: 1_000 });
  async function claimed(object: Provenance, token = 'c1'): Promise<Item> {
    const written = await store.write(object, claim(token));
    if (!written.ok) throw new Error('the object is not free');
    return written.item;
  }

  test('the table is paid by request', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  });

  test('an object that nobody had has no item', async () => {
    expect(await store.read(fresh())).toBeUndefined();
  });

  test('of claimers at once one wins, and the others see it', async () => {
    const object = fresh();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, run) => store.write(object, claim(`c${run}`))));
    const winners = answers.filter(({ ok }) => ok);
    expect(winners).toHaveLength(1);
    expect(new Set(answers.map(({ item }) => item?.claim))).toEqual(new Set([winners[0]?.item?.claim]));
  });

  test('of takers at once one wins', async () => {
    const object = fresh();
    const seen = await claimed(object);
    const takes = Array.from(
      { length: 8 },
      (_, run): Write => ({
        kind: 'take',
        seen: { claim: seen.claim, lease: 1_000 },
        owner: 'l',
        claim: `t${run}`,
        lease: 2,
      }),
    );
    const answers = await Promise.all(takes.map((take) => store.write(object, take)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a take is refused once the lease was renewed, and returns what stands there', async () => {
    const object = fresh();
    await claimed(object);
    await store.write(object, { kind: 'heartbeat', claim: 'c1', lease: 2_000 });
    const take: Write = { kind: 'take', seen: { claim: 'c1', lease: 1_000 }, owner: 'l', claim: 't', lease: 3 };
    expect(await store.write(object, take)).toMatchObject({ ok: false, item: { claim: 'c1', lease: 2_000 } });
  });

  test('a take returns the intent as it is, not as it was read', async () => {
    const object = fresh();
    const seen = await claimed(object);
    const intent = { lane: 'l1', n: 1, from: 0, to: AT.byte, counts: AT.counts };
    await store.write(object, { kind: 'intent', claim: 'c1', from: {}, intent, lease: 1_000 });
    const take: Write = { kind: 'take', seen: { claim: seen.claim, lease: 1_000 }, owner: 'l', claim: 't', lease: 3 };
    expect(await store.write(object, take)).toMatchObject({ ok: true, item: { claim: 't', owner: 'l', intent } });
  });

  test('a claim whose answer was lost on its way is a success', async () => {
    const lossy = new DynamoDBClient({ ...settings, maxAttempts: 3 });
    let lost = 0;
    lossy.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (lost++ > 0) return answer;
        throw Object.assign(new Error('the connection broke'), { name: 'TimeoutError' });
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const object = fresh();
    const written = await createItemStore(lossy, table, SCOPE).write(object, claim('c1'));
    expect(written).toMatchObject({ ok: false, item: { claim: 'c1' } });
    expect(settled(claim('c1'), written)).toMatchObject({ ok: true, item: { claim: 'c1', at: 0 } });
    lossy.destroy();
  });

  test('the time to live is on what is done, and goes when it is run again', async () => {
    const object = fresh();
    const expires = async () => {
      const Key = { pk: { S: objectId(SCOPE, object) } };
      const { Item: raw } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      return raw?.['expires'];
    };
    await claimed(object);
    expect(await expires()).toBeUndefined();
    await store.write(object, { kind: 'release', claim: 'c1', at: AT });
    expect(await expires()).toBeUndefined();
    await store.write(object, { kind: 'done', claim: 'c1', at: AT, finished: 5, expires: 6 });
    expect(await expires()).toEqual({ N: '6' });
    await store.write(object, { kind: 'again', seen: { claim: 'c1' }, claim: 'c2' });
    expect(await expires()).toBeUndefined();
  });

  test('stopped objects are listed by their rule, longest stopped first, until they are resumed', async () => {
    const scoped = createItemStore(client, table, { stage: 'test', rule: 'stops' });
    const stop = async (object: Provenance, since: number) => {
      await scoped.write(object, claim('c1'));
      await scoped.write(object, { kind: 'stop', claim: 'c1', at: AT, reason: REASON, since });
    };
    const [late, early] = [fresh(), fresh()];
    await stop(late, 20);
    await stop(early, 10);
    await scoped.write(fresh(), claim('c1'));
    const named = ({ bucket, key, version }: Provenance, since: number) => ({
      bucket,
      key,
      version,
      since,
      reason: REASON,
      position: AT,
    });
    expect(await all(scoped)).toEqual([named(early, 10), named(late, 20)]);
    await scoped.write(early, { kind: 'resume', seen: { claim: 'c1' }, claim: 'c2' });
    expect(await all(scoped)).toEqual([named(late, 20)]);
  });

  test('every write does here what it does in memory, whatever stands there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(writes, { minLength: 1, maxLength: 12 }), async (sequence) => {
        const object = fresh();
        let item: Item | undefined;
        for (const write of sequence) {
          const expected = apply(item, write);
          expect(await store.write(object, write)).toStrictEqual(expected);
          item = expected.item;
        }
        expect(await store.read(object)).toStrictEqual(item);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test('instances that are given the same objects at once export each of them once', async () => {
    const broker = new FakeBroker();
    const objects = Array.from({ length: 5 }, fresh);
    const exported: string[] = [];
    const instance = async () => {
      const ledger = createDynamoLedger({
        scope: SCOPE,
        channels: broker.channel,
        store,
        clock: Date.now,
        pause: async () => undefined,
        random: randomUUID,
        rememberMs: 1_000_000,
      });
      for (const object of objects) {
        const opening = await ledger.open(object);
        if (opening.kind !== 'open') continue;
        await opening.hold.commit(AT, async () => void exported.push(object.key), { kind: 'done' });
      }
    };
    await Promise.all([instance(), instance(), instance()]);
    expect(exported.sort()).toEqual(objects.map(({ key }) => key).sort());
  });

  test.each([
    ['a table that is not there', {}, 'no-such-table', 'LedgerMissing', false],
    [
      'an endpoint that is not there',
      { endpoint: 'http://127.0.0.1:1', maxAttempts: 1 },
      table,
      'LedgerUnreachable',
      true,
    ],
  ])('%s is named with its fix', async (_, other, name, code, retryable) => {
    const elsewhere = new DynamoDBClient({ ...settings, ...other });
    const asked = createItemStore(elsewhere, name, SCOPE).read(fresh());
    await expect(asked).rejects.toMatchObject({ code, retryable, stage: 'ledger', fix: expect.any(String) });
    elsewhere.destroy();
  });
});

async function all(store: ItemStore) {
  const found = [];
  for await (const one of store.stopped()) found.push(one);
  return found;
}

/** Few tokens and leases, so that conditions hold about as often as they do not. */
const token = fc.constantFrom('c1', 'c2');
const lease = fc.constantFrom(0, 1_000);
/** With the prototype of a literal, as comparisons mind it. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });
const seen = record({ claim: token, lease });
const writes: fc.Arbitrary<Write> = fc.oneof(
  record({ kind: fc.constant('claim'), owner: token, claim: token, lease }),
  record({ kind: fc.constant('take'), seen, owner: token, claim: token, lease }),
  record({
    kind: fc.constant('intent'),
    claim: token,
    from: fc.constant(AT.counts),
    intent: record({ lane: token, n: fc.nat(), from: fc.nat(), to: fc.maxSafeNat(), counts: fc.constant({}) }),
    lease,
  }),
  record({ kind: fc.constant('heartbeat'), claim: token, lease }),
  record({ kind: fc.constant('release'), claim: token, at: fc.constant(AT) }),
  record({
    kind: fc.constant('stop'),
    claim: token,
    at: fc.constant(AT),
    reason: fc.constant(REASON),
    since: fc.nat(),
  }),
  record({ kind: fc.constant('resume'), seen, claim: token }),
  record({ kind: fc.constant('done'), claim: token, at: fc.constant(AT), finished: fc.nat(), expires: fc.nat() }),
  record({ kind: fc.constant('again'), seen, claim: token }),
);
