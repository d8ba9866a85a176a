/** Both ledgers over the real broker: instances die at every step of theirs, and each record is there once. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ISocketFactory } from 'kafkajs';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { createChannels } from '../../lib/kafka/channel.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import { STRIPE } from '../../lib/kafka/partition.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { ChannelFactory, Ledger, LedgerObject, Scope } from '../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../lib/ledger/dynamodb/ledger.ts';
import { createItemStore } from '../../lib/ledger/dynamodb/store.ts';
import { createGroupLedger } from '../../lib/ledger/kafka/ledger.ts';
import { plaintext, recordsOf } from '../support/kafka.ts';
import { type CrashPoint, type DoomedInstance, doomedInstance, MODES, type Mode } from '../support/ledger/crashes.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { describeWith } from '../support/stack.ts';

const BATCHES = 20;
const RECORDS = 50;
/** Source bytes of a record: wide enough that an object's records lie in every partition. */
const STRIDE = 10_000;
const END = BATCHES * RECORDS * STRIDE;
const DAY = 86_400_000;

const at = (steps: readonly string[], skips: readonly number[], modes: readonly Mode[] = MODES): CrashPoint[] =>
  steps.flatMap((step) => skips.flatMap((skip) => modes.map((mode) => ({ step, mode, skip }))));

/** A lane's first transaction is its greeting; then before and behind a whole batch. What settles an intent comes after deaths that left one. */
const LANES: readonly CrashPoint[] = [
  ...at(['connect', 'claim', 'take'], [0]),
  ...at(['intent', 'send'], [0, 1]),
  ...at(['fence', 'readOffset'], [0]),
  ...at(['begin'], [0, 2], ['before', 'after']),
  ...at(['sendOffsets', 'commit'], [0, 2]),
  ...at(['done'], [0]),
];
const GROUPS: readonly CrashPoint[] = [
  ...at(['connect', 'readOffset'], [0]),
  ...at(['begin'], [0, 1], ['before', 'after']),
  ...at(['send', 'sendOffsets', 'commit'], [0, 1]),
];

/** An object's records in the order in which they were read, and whether they were in order within their partitions. */
interface Found {
  readonly all: number[];
  readonly last: Map<number, number>;
  inOrder: boolean;
}
const NOTHING: Found = { all: [], last: new Map(), inOrder: true };

describeWith(['kafka', 'aws'], 'exactly once', ({ kafka: { brokers }, aws }) => {
  const endpoint = plaintext(brokers);
  const place = new LedgerTable(aws, 'exactly-once');
  const topic = `exactly-once-${randomUUID()}`;
  const directory = createGroupDirectory(endpoint, topic);
  let admin: KafkaAdmin;
  beforeAll(async () => {
    await place.create();
    admin = await openAdmin(endpoint);
    await admin.createTopic(topic, 3);
  });
  afterAll(async () => {
    await directory.close();
    await admin.deleteTopic(topic);
    await admin.close();
    await place.remove();
  });

  /** Leases run out at once: each death moves the clock on. */
  let shift = 0;
  const ports = { clock: () => Date.now() + shift, pause: (ms: number) => sleep(ms), random: randomUUID };
  const channelsOver = (socketFactory: ISocketFactory) =>
    createChannels({ endpoint, topic, compression: 'none', headers: true }, { socketFactory });

  type MakeLedger = (scope: Scope, of: DoomedInstance) => Ledger;
  const laneLedger: MakeLedger = (scope, { channels, store }) =>
    createDynamoLedger({
      ...ports,
      scope,
      channels,
      store: store(createItemStore(place.client, place.table, scope)),
      rememberMs: DAY,
    });
  const groupLedger: MakeLedger = (scope, { channels }) =>
    createGroupLedger({ ...ports, scope, channels, directory, dedupeMs: DAY });

  /** Exports objects until an instance has died at each point; returns what a reader finds of each object. */
  async function deaths(points: readonly CrashPoint[], ledgerOf: MakeLedger) {
    const scope = { stage: 'test', rule: `rule-${randomUUID()}` };
    const pending = [...points];
    const objects: LedgerObject[] = [];
    while (pending.length > 0 && objects.length < points.length) {
      const object = { bucket: 'logs', key: randomUUID(), version: 'v1', lastModified: Date.now() };
      objects.push(object);
      for (let done = false; !done; ) {
        const point = pending.shift();
        const instance = doomedInstance(point, channelsOver);
        const outcome = await Promise.race([instance.dead, exported(ledgerOf(scope, instance), object)]);
        await instance.end();
        shift += 120_000;
        done = outcome === 'done';
        // Not every object comes by every step.
        if (outcome !== 'dead' && point !== undefined) pending.push(point);
      }
    }
    expect(pending).toEqual([]);
    const found = await recordsByObject();
    return objects.map(({ key }) => found.get(key) ?? NOTHING);
  }

  test.each([
    ['dynamodb', LANES, laneLedger],
    ['kafka', GROUPS, groupLedger],
  ] as const)('%s: a death at any step doubles nothing and loses nothing', async (_, points, ledgerOf) => {
    for (const { all, inOrder } of await deaths(points, ledgerOf)) {
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: BATCHES * RECORDS }, (_, i) => i));
      expect(inOrder).toBe(true);
    }
  });

  test('that would be noticed: offsets that do not go with the records double them', async () => {
    const forgetful: MakeLedger = (scope, instance) => {
      const channels: ChannelFactory = (id) => ({ ...instance.channels(id), sendOffsets: async () => undefined });
      return groupLedger(scope, { ...instance, channels });
    };
    const points = at(['send'], [1], ['before']);
    const counts = (await deaths(points, forgetful)).map(({ all }) => all.length);
    expect(counts).toEqual([(BATCHES + 1) * RECORDS]);
  });

  async function exported(ledger: Ledger, object: LedgerObject): Promise<'done' | 'busy'> {
    const opening = await ledger.open(object);
    if (opening.kind === 'stopped') throw new Error(opening.reason.reason);
    if (opening.kind !== 'open') return opening.kind;
    const { hold } = opening;
    let { byte } = hold.position;
    if (byte === END) await hold.end(hold.position, { kind: 'done' });
    while (byte < END) {
      const first = byte / STRIDE;
      const values = Array.from({ length: RECORDS }, (_, i) => String(first + i));
      const from = byte;
      byte += RECORDS * STRIDE;
      await hold.commit(
        { byte, counts: { sent: byte / STRIDE } },
        async (sender) => void (await sender.send(recordsOf(values, from, STRIDE), object)),
        byte === END ? { kind: 'done' } : undefined,
      );
    }
    return 'done';
  }

  /**
   * What a read_committed reader sees. It reads up to a last record in each partition, sent outside of all transactions:
   * those stand behind what is still open, so that nothing can come after them.
   */
  async function recordsByObject() {
    const last = { bucket: 'logs', key: randomUUID(), version: 'v1' };
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: true });
    await producer.send(recordsOf(['', '', ''], 0, STRIPE), last);
    await producer.close();
    const found = new Map<string, Found>();
    await consumeAll(
      endpoint,
      topic,
      ({ partition, value, headers }) => {
        const key = String(headers['sluice-key']);
        const object: Found = found.get(key) ?? { all: [], last: new Map<number, number>(), inOrder: true };
        found.set(key, object);
        const record = Number(value);
        if (record < (object.last.get(partition) ?? -1)) object.inOrder = false;
        object.last.set(partition, record);
        object.all.push(record);
      },
      { enough: () => found.get(last.key)?.all.length === 3 },
    );
    return found;
  }
});
