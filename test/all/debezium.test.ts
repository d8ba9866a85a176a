/** Changes of a real Debezium connector, mirrored by processes that are killed again and again. */
import { Random } from '../fault/random.ts';
import { killedAndEqual } from '../support/mirror/faults.ts';
import { Mirror } from '../support/mirror/mirror.ts';
import { Source } from '../support/mirror/source.ts';
import { Workload } from '../support/mirror/workload.ts';
import { describeWith, ownPostgres } from '../support/stack.ts';

const KILLS = 50;
/** In milliseconds, for a machine that does much else. */
const PATIENCE = 1_200_000;

// PostgreSQL 18.4 breaks while it sends a connector what lies around some DDL.
const stack = ownPostgres('debezium-faults-test', 11_000, '16');

describeWith(['kafka', 'postgres'], 'a mirror of a real connector', ({ kafka: { brokers }, postgres: { url } }) => {
  afterAll(() => stack.down());

  test(
    'is its source after 50 kills',
    async () => {
      const { url: sourceUrl } = (await stack.up(['postgres'])).endpoints.postgres!;
      const workload = new Workload(new Random(10));
      const before = Array.from({ length: 100 }, () => workload.transaction());
      const source = await Source.start({ brokers, url: sourceUrl, schemas: true }, before);
      const mirror = await Mirror.create(source, { conflict: 'auto', url });
      try {
        const scene = { source, mirror, workload, random: new Random(11) };
        expect(await killedAndEqual(scene, { kills: KILLS, each: 60 })).toBe(KILLS);
      } finally {
        await mirror.drop();
        await source.stop();
      }
    },
    PATIENCE,
  );
});
