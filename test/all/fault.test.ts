/** Exports that are killed, paused and overtaken at every step of theirs: each record is there once, in its order. */
import { campaign } from '../fault/campaign.ts';
import { takeCensus } from '../fault/census.ts';
import { Exporter } from '../fault/exporter.ts';
import { Ground } from '../fault/ground.ts';
import { Life } from '../fault/life.ts';
import { LEDGERS } from '../fault/points.ts';
import { report } from '../fault/report.ts';
import { describeWith } from '../support/stack.ts';

const KILLS = 100;
const COPIES = 3;
const OBJECTS = 6;
/** In milliseconds, for a machine that does much else. */
const PATIENCE = 1_800_000;

describeWith(['kafka', 'aws'], 'exports that are killed', ({ kafka, aws }) => {
  let exporter: Exporter;
  let ground: Ground;
  beforeAll(async () => {
    exporter = await Exporter.open();
  });
  beforeEach(async () => {
    ground = new Ground({ brokers: kafka.brokers, aws });
    await ground.open();
  });
  afterEach(() => ground.close());
  afterAll(() => exporter.close());

  test.each(LEDGERS)(
    'ledger: %s, a hundred kills',
    async (ledger) => {
      const outcome = await campaign({ exporter, ground, ledger, seed: 11, kills: KILLS, pauses: 1, atOnce: 4 });
      const { text, problem } = report(outcome, 1);
      process.stdout.write(`${text}\n`);
      expect(problem).toBeUndefined();
      expect(outcome.hits.filter(({ how }) => how === 'SIGKILL')).toHaveLength(KILLS);
    },
    PATIENCE,
  );

  test.each(LEDGERS)('ledger: %s, three copies of one event at once', async (ledger) => {
    const lives = await Promise.all(
      Array.from({ length: OBJECTS }, (_, i) => {
        const kind = { compression: 'none', keyed: i % 2 === 0, bad: 'letters' } as const;
        return Life.begin({ exporter, ground, ledger, kind });
      }),
    );
    for (const life of lives) await life.finish(COPIES);
    expect((await takeCensus(ground, lives)).faults).toEqual([]);
  });
});
