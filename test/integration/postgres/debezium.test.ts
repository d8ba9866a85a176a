/** Changes of a real Debezium connector, mirrored by processes that are killed. What takes longer is in test/all. */
import { Random } from '../../fault/random.ts';
import { killedAndEqual } from '../../support/mirror/faults.ts';
import { Mirror } from '../../support/mirror/mirror.ts';
import { Source } from '../../support/mirror/source.ts';
import { Workload } from '../../support/mirror/workload.ts';
import { describeWith, ownPostgres } from '../../support/stack.ts';

// PostgreSQL 18.4 breaks while it sends a connector what lies around some DDL.
const stack = ownPostgres('debezium-test', 9000, '16');

describeWith(['kafka', 'postgres'], 'a mirror of a real connector', ({ kafka: { brokers }, postgres: { url } }) => {
  afterAll(() => stack.down());

  test('is its source after 5 kills', async () => {
    const { url: sourceUrl } = (await stack.up(['postgres'])).endpoints.postgres!;
    const workload = new Workload(new Random(1));
    const before = Array.from({ length: 60 }, () => workload.transaction());
    const source = await Source.start({ brokers, url: sourceUrl, schemas: true }, before);
    const mirror = await Mirror.create(source, { conflict: 'auto', url });
    try {
      expect(await killedAndEqual({ source, mirror, workload, random: new Random(2) }, { kills: 5, each: 60 })).toBe(5);
    } finally {
      await mirror.drop();
      await source.stop();
    }
  }, 180_000);
});
