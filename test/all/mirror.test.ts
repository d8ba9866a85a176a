/** Changes of a real Debezium connector, mirrored through every fault: the mirror is its source, row by row, after each. */
import { Random } from '../fault/random.ts';
import {
  cutAndEqual,
  killedAndEqual,
  leftAloneAndEqual,
  restartedAndEqual,
  type Scene,
  twiceAndEqual,
} from '../support/mirror/faults.ts';
import { Mirror } from '../support/mirror/mirror.ts';
import { Source } from '../support/mirror/source.ts';
import { Workload } from '../support/mirror/workload.ts';
import { describeWith, ownPostgres } from '../support/stack.ts';

const stack = ownPostgres('mirror-test', 10_000);

describeWith(['kafka', 'postgres'], 'a mirror of a real connector', ({ kafka: { brokers }, postgres: { url } }) => {
  afterAll(() => stack.down());

  describe.each([
    { schemas: true, conflict: 'auto', seed: 11 },
    { schemas: false, conflict: 'auto', seed: 12 },
    { schemas: true, conflict: 'delete-insert', seed: 13 },
  ] as const)('with schemas $schemas, conflict $conflict', ({ schemas, conflict, seed }) => {
    let scene: Scene;
    beforeAll(async () => {
      const { url: sourceUrl } = (await stack.up(['postgres'])).endpoints.postgres!;
      const workload = new Workload(new Random(seed));
      const before = Array.from({ length: 200 }, () => workload.transaction());
      const source = await Source.start({ brokers, url: sourceUrl, schemas }, before);
      const mirror = await Mirror.create(source, { conflict, url });
      scene = { source, mirror, workload, random: new Random(seed) };
    }, 180_000);
    afterAll(async () => {
      await scene.mirror.drop();
      await scene.source.stop();
    }, 60_000);

    test('is its source', () => leftAloneAndEqual(scene, 1_000), 600_000);

    test('is its source after 50 kills', async () => {
      expect(await killedAndEqual(scene, { kills: 50, each: 40 })).toBe(50);
    }, 1_200_000);

    test('is its source after its connections were cut again and again', async () => {
      expect(await cutAndEqual(scene, 20, 30)).toBeGreaterThan(20);
    }, 600_000);

    test('is its source after every message was delivered twice at once', () => twiceAndEqual(scene, 500), 600_000);

    test('is its source after the connector was restarted', () => restartedAndEqual(scene, 3, 100), 600_000);
  });
});
