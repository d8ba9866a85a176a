/** A broker that is killed and comes back while exports are at work. */
import { takeCensus } from '../fault/census.ts';
import { Exporter } from '../fault/exporter.ts';
import { Ground } from '../fault/ground.ts';
import { Life } from '../fault/life.ts';
import type { Kind } from '../fault/object.ts';
import { LEDGERS } from '../fault/points.ts';
import { describeWith, ownBroker } from '../support/stack.ts';

const ROUNDS = 2;
const KIND: Kind = { compression: 'none', keyed: true, bad: 'letters' };
const stack = ownBroker('fault-broker-test', 5000);

// Gated by the shared broker: what its own needs of this machine is the same.
describeWith(['kafka', 'aws'], 'a broker that restarts', ({ aws }) => {
  let exporter: Exporter;
  let ground: Ground;
  beforeAll(async () => {
    exporter = await Exporter.open();
    ground = new Ground({ brokers: (await stack.up(['kafka'])).endpoints.kafka!.brokers, aws });
    await ground.open();
  });
  afterAll(async () => {
    await exporter.close();
    await ground.close();
    await stack.down();
  });

  test.each(LEDGERS)('ledger: %s, runs at each step meet it: each record is there once', async (ledger) => {
    const all: Life[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const lives = await Promise.all([1, 2, 3].map(() => Life.begin({ exporter, ground, ledger, kind: KIND })));
      const [sending, killed, marking] = lives as [Life, Life, Life];
      await killed.meet({ step: 'commit', mode: 'under way', skip: 1 + round, how: 'SIGKILL' });
      await Promise.all([
        sending.meet({ step: 'send', mode: 'under way', skip: 1 + round, how: 'word' }),
        marking.meet({ step: 'offsets', mode: 'under way', skip: 1 + round, how: 'word' }),
      ]);
      await stack.kill('kafka');
      await stack.start('kafka');
      await Promise.all(lives.map((life) => life.finish(2)));
      all.push(...lives);
    }
    const { faults } = await takeCensus(ground, all);
    // What a second reading does not find was the first one's fault, not the exports'.
    const again = faults.length === 0 ? [] : (await takeCensus(ground, all)).faults;
    expect({ faults, again }).toEqual({ faults: [], again: [] });
  });
});
