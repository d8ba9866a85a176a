/** Changes of a real Debezium connector, mirrored through every fault: the mirror is its source, row by row, after each. */
import { Random } from '../fault/random.ts';
import {
  cutAndEqual,
  killedAndEqual,
  poweredOffAndEqual,
  restartedAndEqual,
  type Scene,
  twiceAndEqual,
} from '../support/mirror/faults.ts';
import { Mirror } from '../support/mirror/mirror.ts';
import { Source } from '../support/mirror/source.ts';
import { Workload } from '../support/mirror/workload.ts';
import { describeWith, ownPostgres } from '../support/stack.ts';

/** In milliseconds, for a machine that does much else. */
const PATIENCE = 600_000;

// PostgreSQL 18.4 breaks while it sends a connector what lies around some DDL.
const sources = ownPostgres('mirror-source-test', 12_000, '16');
const mirrors = ownPostgres('mirror-test', 14_000);
const power = { kill: () => mirrors.kill('postgres'), start: () => mirrors.start('postgres') };

const FAULTS = {
  kills: async (scene: Scene) => expect(await killedAndEqual(scene, { kills: 4, each: 40 })).toBe(4),
  'cut connections': async (scene: Scene) => expect(await cutAndEqual(scene, 5, 30)).toBeGreaterThanOrEqual(5),
  'a server without power': (scene: Scene) => poweredOffAndEqual(scene, power, 60),
  'two processes that are given every message': (scene: Scene) => twiceAndEqual(scene, 150),
  'a connector that died and sends again': (scene: Scene) => restartedAndEqual(scene, 1, 60),
} as const;

// Gated by the shared server: what its own need of this machine is the same.
describeWith(['kafka', 'postgres'], 'a mirror of a real connector', ({ kafka: { brokers } }) => {
  let urls: { readonly source: string; readonly mirror: string };
  beforeAll(async () => {
    const [source, mirror] = await Promise.all([sources.up(['postgres']), mirrors.up(['postgres'])]);
    urls = { source: source.endpoints.postgres!.url, mirror: mirror.endpoints.postgres!.url };
  }, PATIENCE);
  afterAll(async () => {
    await Promise.all([sources.down(), mirrors.down()]);
  }, PATIENCE);

  describe.each([
    { conflict: 'auto', seed: 11 },
    { conflict: 'delete-insert', seed: 13 },
  ] as const)('conflict: $conflict', ({ conflict, seed }) => {
    let scene: Scene;
    beforeAll(async () => {
      const workload = new Workload(new Random(seed));
      const before = Array.from({ length: 100 }, () => workload.transaction());
      const source = await Source.start({ brokers, url: urls.source, schemas: true }, before);
      const mirror = await Mirror.create(source, { conflict, url: urls.mirror });
      scene = { source, mirror, workload, random: new Random(seed) };
    }, PATIENCE);
    afterAll(async () => {
      await scene?.mirror.drop();
      await scene?.source.stop();
    }, PATIENCE);

    test.each(Object.entries(FAULTS))('is its source after %s', (_, fault) => fault(scene), PATIENCE);
  });
});
