/** Dead letters of real exports, taken through the mended query. */
import { replayRule } from '../../lib/export/replay/open.ts';
import type { Replay } from '../../lib/export/replay.ts';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import { LEDGERS, type LedgerKind } from '../support/exact.ts';
import { Exporting, type RuleParts } from '../support/exporting.ts';
import { failureOf } from '../support/failure.ts';
import { plaintext } from '../support/kafka.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { describeWith } from '../support/stack.ts';

const WRITTEN = 'SELECT s.id, CAST(s.n AS INT) AS n FROM S3Object s';
const MENDED = "SELECT s.id, CAST(CASE WHEN s.n = 'none' THEN '0' ELSE s.n END AS INT) AS n FROM S3Object s";
const WELL = 'SELECT s.id, s.n FROM S3Object s';
const DAY = 86_400_000;
const NONE = { letters: 0, sent: 0, failed: 0, repeated: 0, more: false };

/** Of a hundred records thirty have no number, and three something that never becomes one. */
const rows = Array.from({ length: 100 }, (_, i) => ({
  id: `${i}`,
  n: i % 33 === 0 ? 'odd' : i % 3 === 1 ? 'none' : `${i}`,
}));
const CONTENT = `id,n\n${rows.map(({ id, n }) => `${id},${n}`).join('\n')}\n`;
const numberless = rows.filter(({ n }) => n === 'none').length;
const odd = rows.filter(({ n }) => n === 'odd').length;

describeWith(['aws', 'kafka'], 'the dead letters of a rule', ({ aws, kafka }) => {
  const place = new LedgerTable(aws, 'replay');
  beforeAll(() => place.create());
  afterAll(() => place.remove());

  const world = (ledger: LedgerKind | 'none') => {
    const exporting = new Exporting(aws, kafka);
    const onError = { deadLetter: { topic: exporting.deadTopic } };
    const delivery = ledger === 'none' ? 'at-least-once' : 'exactly-once';
    const parts = (select: string, more: Partial<RuleParts> = {}): RuleParts => ({
      select,
      onError,
      ...(ledger === 'none' ? {} : { kafka: { ledger } }),
      ...more,
    });
    return {
      exporting,
      async export(content: string, more: Partial<RuleParts> = {}): Promise<string> {
        const key = await exporting.put(content);
        const instance =
          ledger === 'none'
            ? await exporting.instance(parts(WRITTEN, more))
            : await exporting.exactInstance(parts(WRITTEN, more), Date.now, place);
        await exporting.export(key, instance);
        await instance.close();
        return key;
      },
      replay(select: string, options: object = {}, clock = Date.now): Promise<Replay> {
        const { bundle, secrets } = exporting.rule(parts(select), delivery);
        const { dryRun = false, again = false, deadline = clock() + 60_000 } = options as Record<string, never>;
        return replayRule(bundle, { secrets, clock, deadline, ...place }, { dryRun, again });
      },
      async values(key: string): Promise<unknown[]> {
        const values: unknown[] = [];
        await consumeAll(plaintext(kafka.brokers), exporting.topic, ({ headers, value }) => {
          if (String(headers['sluice-key']) === key) values.push(JSON.parse(String(value)));
        });
        return values.sort((a, b) => Number((a as { id: string }).id) - Number((b as { id: string }).id));
      },
    };
  };

  describe.each([...LEDGERS, 'none'] as const)('ledger: %s', (ledger) => {
    const { exporting, ...rule } = world(ledger);
    beforeAll(() => exporting.open());
    afterAll(() => exporting.close());

    test('each once, through the mended query; what fails again has a new letter', async () => {
      const key = await rule.export(CONTENT);
      const letters = numberless + odd;
      expect(await exporting.letters(key)).toHaveLength(letters);
      const wanted = { letters, sent: numberless, failed: odd, repeated: 0, more: false };
      expect(await rule.replay(MENDED, { dryRun: true })).toEqual(wanted);
      expect(await rule.replay(MENDED)).toEqual(wanted);
      const mended = rows.filter(({ n }) => n !== 'odd').map(({ id, n }) => ({ id, n: n === 'none' ? 0 : Number(n) }));
      expect(await rule.values(key)).toEqual(mended);
      const left = await exporting.letters(key);
      expect(left).toHaveLength(letters + odd);
      expect(left.at(-1)).toMatchObject({ value: '99,odd', headers: { key, code: 'CastFailed', rule: 'bad-input' } });

      // What had failed twice passes now; nothing else is there to replay.
      expect(await rule.replay(WELL)).toEqual({ ...NONE, letters: odd, sent: odd });
      expect(await rule.replay(WELL)).toEqual(NONE);
      expect((await rule.values(key)).length).toBe(rows.length);
    });

    test('ended in its middle, the next one goes on; each once all the same', async () => {
      // Several hundred letters are several transactions.
      const many = Array.from({ length: 350 }, (_, i) => `${i},none`);
      const key = await rule.export(`id,n\n${many.join('\n')}\n`);
      let now = Date.now();
      const slow = () => (now += 1_000);
      const first = await rule.replay(MENDED, { deadline: now + 15_000 }, slow);
      expect(first.more).toBe(true);
      expect(first.sent).toBeGreaterThan(0);
      expect(first.sent).toBeLessThan(350);
      const second = await rule.replay(MENDED);
      expect([first.sent + second.sent, second.more]).toEqual([350, false]);
      expect(await rule.values(key)).toHaveLength(350);
    });

    test('letters of another rule are left to it', async () => {
      const admin = await openAdmin(plaintext(kafka.brokers));
      const before = await admin.offsets(exporting.deadTopic);
      const stranger = await exporting.instance({ ...world('none'), select: WRITTEN, onError: 'retain' });
      const headers = { 'sluice-rule': 'another', 'sluice-stage': 'test', 'sluice-offset': '1', 'sluice-length': '4' };
      await stranger.ports.producer.connect();
      await stranger.ports.producer.sendTo(exporting.deadTopic, [{ value: Buffer.from('1,no'), headers }]);
      await stranger.close();
      expect((await admin.offsets(exporting.deadTopic))[0]!.high).toBeGreaterThan(before[0]!.high);
      await admin.close();
      expect(await rule.replay(MENDED)).toEqual(NONE);
    });

    test('--again takes them all', async () => {
      const { sent } = await rule.replay(WELL, { again: true });
      expect(sent).toBeGreaterThan(350);
    });
  });

  describe('with ledger: kafka', () => {
    const { exporting, ...rule } = world('kafka');
    beforeAll(() => exporting.open());
    afterAll(() => exporting.close());

    test('letters that are older than the broker remembers are refused, unless it is asked for', async () => {
      const key = await rule.export('id,n\n1,none\n');
      const later = () => Date.now() + 8 * DAY;
      expect(await failureOf(rule.replay(MENDED, {}, later))).toMatchObject({ code: 'LettersTooOld' });
      expect(await rule.replay(MENDED, { again: true }, later)).toMatchObject({ sent: 1 });
      expect(await rule.values(key)).toEqual([{ id: '1', n: 0 }]);
    });
  });

  describe('of objects that are not there any more', () => {
    const { exporting, ...rule } = world('dynamodb');
    beforeAll(() => exporting.open());
    afterAll(() => exporting.close());

    test('a record whose header is gone has a new letter that says so', async () => {
      const key = await rule.export('id,n\n1,none\n');
      await exporting.replace(key, 'n,id\nnone,1\n');
      expect(await rule.replay(MENDED)).toEqual({ ...NONE, letters: 1, failed: 1 });
      const [, again] = await exporting.letters(key);
      expect(again).toMatchObject({ value: '1,none', headers: { code: 'ObjectChanged' } });
    });
  });
});
