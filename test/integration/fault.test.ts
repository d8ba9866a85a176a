/** Exports that are killed, over real servers: a few of what test/all/fault.test.ts does; and whether harm would be seen. */
import { BROKEN_LIVES } from '../fault/broken-lives.ts';
import { campaign } from '../fault/campaign.ts';
import { takeCensus } from '../fault/census.ts';
import { Exporter } from '../fault/exporter.ts';
import { Ground } from '../fault/ground.ts';
import { Life } from '../fault/life.ts';
import type { Kind } from '../fault/object.ts';
import { LEDGERS } from '../fault/points.ts';
import { report } from '../fault/report.ts';
import { describeWith } from '../support/stack.ts';

const KIND: Kind = { compression: 'none', keyed: false, bad: 'letters' };

describeWith(['kafka', 'aws'], 'exports that are killed', ({ kafka, aws }) => {
  const ground = new Ground({ brokers: kafka.brokers, aws });
  let exporter: Exporter;
  beforeAll(async () => {
    [exporter] = await Promise.all([Exporter.open(), ground.open()]);
  });
  afterAll(async () => {
    await exporter.close();
    await ground.close();
  });

  test.each(LEDGERS)('ledger: %s, ten kills: each record is there once', async (ledger) => {
    const outcome = await campaign({ exporter, ground, ledger, seed: 7, kills: 10, pauses: 0, atOnce: 3 });
    expect(report(outcome, 0).problem).toBeUndefined();
    expect(outcome.hits).toHaveLength(10);
  });

  test.each(BROKEN_LIVES)('harm is seen: $order', async ({ order, ledger, harm, live }) => {
    const [broken, sound] = await Promise.all([
      Life.begin({ exporter, ground, ledger, kind: KIND, broken: order }),
      Life.begin({ exporter, ground, ledger, kind: KIND }),
    ]);
    await Promise.all([live(broken), live(sound)]);
    expect((await takeCensus(ground, [broken]))[harm]).toBeGreaterThan(0);
    expect((await takeCensus(ground, [sound])).faults).toEqual([]);
  });
});
