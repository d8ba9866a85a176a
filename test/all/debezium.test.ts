/** Changes of a real Debezium connector, mirrored under every fault that a mirror meets. */
import { Random } from '../fault/random.ts';
import { cutAndEqual, killedAndEqual, restartedAndEqual, type Scene, twiceAndEqual } from '../support/mirror/faults.ts';
import { Mirror, type MirrorOptions } from '../support/mirror/mirror.ts';
import { Source, type SourceOptions } from '../support/mirror/source.ts';
import { Workload } from '../support/mirror/workload.ts';
import { describeWith, ownPostgres } from '../support/stack.ts';

/** In milliseconds, for a machine that does much else. */
const PATIENCE = 1_200_000;

const stack = ownPostgres('debezium-faults-test', 10_000);

describeWith(['kafka', 'postgres'], 'a mirror of a real connector', ({ kafka: { brokers }, postgres: { url } }) => {
  afterAll(() => stack.down());

  async function inScene(
    {
      schemas,
      conflict,
      seed,
    }: Pick<SourceOptions, 'schemas'> & Pick<MirrorOptions, 'conflict'> & { readonly seed: number },
    play: (scene: Scene) => Promise<void>,
  ): Promise<void> {
    const { url: sourceUrl } = (await stack.up(['postgres'])).endpoints.postgres!;
    const workload = new Workload(new Random(seed));
    const before = Array.from({ length: 100 }, () => workload.transaction());
    const source = await Source.start({ brokers, url: sourceUrl, schemas }, before);
    const mirror = await Mirror.create(source, { conflict, url });
    try {
      await play({ source, mirror, workload, random: new Random(seed + 1) });
    } finally {
      await mirror.drop();
      await source.stop();
    }
  }

  test(
    'is its source after 50 kills',
    () =>
      inScene({ schemas: true, conflict: 'auto', seed: 10 }, async (scene) => {
        expect(await killedAndEqual(scene, { kills: 50, each: 60 })).toBe(50);
      }),
    PATIENCE,
  );

  test(
    'is its source though connections are cut, messages come twice, and the connector sends again',
    () =>
      inScene({ schemas: true, conflict: 'auto', seed: 20 }, async (scene) => {
        expect(await cutAndEqual(scene, 10, 60)).toBeGreaterThan(0);
        await twiceAndEqual(scene, 300);
        await restartedAndEqual(scene, 2, 150);
      }),
    PATIENCE,
  );

  test(
    'is its source without schemas, and where rows are deleted and inserted',
    () =>
      inScene({ schemas: false, conflict: 'delete-insert', seed: 30 }, async (scene) => {
        expect(await killedAndEqual(scene, { kills: 10, each: 60 })).toBe(10);
        await twiceAndEqual(scene, 200);
      }),
    PATIENCE,
  );
});
