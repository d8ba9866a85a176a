import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsEndpoint, KafkaEndpoint } from '../../local/endpoints.ts';
import { Backfilling } from './backfilling.ts';
import { LEDGERS, type LedgerKind } from './exact.ts';

const MONTH = 31 * 86_400_000;

interface Summary {
  readonly exported: number;
  readonly already: number;
  readonly sent: number;
  readonly ended?: string;
  readonly goOn?: string;
}

/** A backfill that is interrupted twice while events of the same objects arrive, and another one a month later. */
export function backfillStory(objects: number, { aws, kafka }: { aws: AwsEndpoint; kafka: KafkaEndpoint }): void {
  describe.each(LEDGERS)('ledger: %s', (ledger: LedgerKind) => {
    const filling = new Backfilling(aws, kafka, ledger);
    beforeAll(() => filling.open());
    afterAll(() => filling.close());

    test(`over ${objects} objects, interrupted twice, with live events: each record once`, async () => {
      const { keys, values } = await filling.put(objects);
      const dry = await filling.sluice(['backfill', '--dry-run']);
      expect(JSON.parse(dry.out)).toMatchObject({ objects, tooOld: 0 });

      const live = events(filling, keys);
      const first = await filling.sluice(['backfill'], Math.ceil(objects / 5));
      const second = await filling.sluice(['backfill'], Math.ceil(objects / 2));
      const summaries = [first, second].map(({ out }) => JSON.parse(out) as Summary);
      for (const [i, { ended, goOn }] of summaries.entries()) {
        expect([[first, second][i]?.code, ended]).toEqual([1, 'interrupted']);
        expect(goOn).toContain('sluice backfill fill');
      }
      const third = await filling.sluice(['backfill']);
      expect(third.code).toBe(0);
      await live;
      const sums = [...summaries, JSON.parse(third.out) as Summary];
      expect(sums[2]!.exported + sums[2]!.already).toBe(objects);
      expect(sums.reduce((all, { exported }) => all + exported, 0)).toBeLessThanOrEqual(objects);
      expect(await filling.values()).toEqual([...values].sort());
    });

    test('a month later, after a sweep', async () => {
      const before = await filling.values();
      filling.shift += MONTH;
      const removed = await filling.sweep();
      const again = await filling.sluice(['backfill']);
      if (ledger === 'dynamodb') {
        expect(JSON.parse(again.out)).toMatchObject({ objects, exported: 0, already: objects, sent: 0 });
        expect(again.code).toBe(0);
      } else {
        expect(removed).toBe(objects);
        expect(JSON.parse(again.out)).toMatchObject({ error: { code: 'Refused', exitCode: 3 } });
        expect([again.code, again.invoked]).toEqual([3, 0]);
        expect(again.err).toMatch(new RegExp(`${objects} of ${objects} objects are older than 24 h \\(dedupe\\)`));
        const one = await filling.sluice(['trigger', 'access/0001.csv']);
        expect(one.code).toBe(3);
        expect(JSON.parse(one.out)).toMatchObject({ result: 'failed', error: { code: 'ObjectTooOld' } });
      }
      expect(await filling.values()).toEqual(before);
    });
  });
}

/** Events of half of the objects, in an order of their own, each told twice. */
async function events(filling: Backfilling, keys: readonly string[]): Promise<void> {
  const told = keys.filter((_, i) => i % 2 === 0).flatMap((key) => [key, key]);
  const order = told.map((key, i) => ({ key, at: (i * 7919) % told.length })).sort((a, b) => a.at - b.at);
  const work = async () => {
    const fn = await filling.function();
    for (let next = order.pop(); next !== undefined; next = order.pop()) {
      await filling.event(fn, next.key);
      await sleep(5);
    }
  };
  await Promise.all([work(), work()]);
}
