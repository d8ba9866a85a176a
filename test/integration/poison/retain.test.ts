/** Under `retain` a sink stands still at a message that cannot be written, until it is mended and resumed. */
import { EventSource } from '../../support/event-source.ts';
import { COLUMNS, COUNT, idsBefore, POISONED, POISONS, type Poison, poisoned } from '../../support/postgres/poisons.ts';
import { PostgresSinkScene } from '../../support/postgres/sink-scene.ts';
import { RawTopics } from '../../support/raw-topics.ts';
import { describeWith } from '../../support/stack.ts';

const RULE = { mode: 'upsert', primaryKey: ['id'], onError: 'retain' };

describeWith(['kafka', 'postgres'], 'a poisoned batch stands still', ({ kafka: { brokers }, postgres }) => {
  const topics = new RawTopics(brokers, 'poison');
  beforeAll(() => topics.open());
  afterAll(() => topics.close());

  async function sceneOf(poison: Poison) {
    const topic = await topics.create();
    await topics.send(topic, poisoned(poison));
    const scene = new PostgresSinkScene({ brokers, topic, url: postgres.url });
    await scene.open(COLUMNS, RULE);
    const stop = { topic, partition: 0, offset: POISONED, code: poison.code, fix: expect.any(String) };
    return { scene, topic, stop };
  }

  /** Mends the table, or lets the rule leave out what no table can take; resolves to the ids that must be there at the end. */
  async function mend(scene: PostgresSinkScene, { cure }: Poison): Promise<readonly number[]> {
    if (cure === undefined) {
      await scene.deploy({ ...RULE, onError: 'discard' });
      return idsBefore(COUNT);
    }
    await scene.schema.sql(cure);
    return Array.from({ length: COUNT }, (_, id) => id);
  }

  test.each(POISONS)('$title: sluice run', async (poison) => {
    const { scene, stop } = await sceneOf(poison);
    const stands = (counts: object) => ({ code: 1, said: { ended: 'stopped', stops: [stop], ...counts } });
    expect(await scene.sluice('run')).toMatchObject(stands({ written: POISONED, failed: 1 }));
    expect(await scene.sluice('run')).toMatchObject(stands({ read: 0, written: 0 }));
    expect(await scene.ids()).toEqual(idsBefore(POISONED));
    // Resumed without being mended it stands still again, at the same message.
    expect(await scene.sluice('resume', '--yes')).toMatchObject({ code: 0, said: { stops: [stop] } });
    expect(await scene.sluice('run')).toMatchObject(stands({ written: 0, failed: 1 }));
    expect(await scene.ids()).toEqual(idsBefore(POISONED));
    const wanted = await mend(scene, poison);
    // Whatever was mended, it goes on when it is told to.
    expect(await scene.sluice('run')).toMatchObject(stands({ read: 0 }));
    await scene.sluice('resume', '--yes');
    expect(await scene.sluice('run')).toMatchObject({ code: 0, said: { ended: 'idle' } });
    expect(await scene.ids()).toEqual(wanted);
    await scene.close();
  });

  test.each(POISONS)('$title: skipped, all others are written', async (poison) => {
    const { scene, topic, stop } = await sceneOf(poison);
    await scene.sluice('run');
    expect(await scene.sluice('logs')).toMatchObject({ said: { stops: [stop] } });
    const { code, out } = await scene.told('resume', '--skip', '--yes');
    expect(code).toBe(0);
    expect(out).toContain(`Message ${POISONED} of partition 0 of ${topic} is left out (${poison.code})`);
    // There is no function that would go on by itself.
    expect(out).toContain(`Start it: sluice run ${scene.name} --stage local`);
    expect(await scene.sluice('run')).toMatchObject({
      code: 0,
      said: { ended: 'idle', written: COUNT - POISONED - 1 },
    });
    // The whole batch comes once more to the function, as it does after a stop.
    await new EventSource({ endpoint: topics.endpoint, topic }).poll(scene.invoke);
    expect(scene.runs).toMatchObject([{ result: 'done', written: 0 }]);
    expect(await scene.ids()).toEqual(idsBefore(COUNT));
    await scene.close();
  });

  test.each(POISONS)('$title: the function', async (poison) => {
    const { scene, topic, stop } = await sceneOf(poison);
    const source = new EventSource({ endpoint: topics.endpoint, topic });
    const context = { topic, partition: 0, messageOffset: `${POISONED}` };
    for (let time = 0; time < 3; time++) {
      expect(await source.poll(scene.invoke)).toMatchObject({ code: 'PartitionStopped', context });
      expect(await scene.ids()).toEqual(idsBefore(POISONED));
    }
    expect(await scene.invoke({ sluice: 'stops' })).toMatchObject({ stops: [stop] });
    expect(await scene.invoke({ sluice: 'resume' })).toMatchObject({ stops: [stop] });
    expect(await source.poll(scene.invoke)).toMatchObject({ code: 'PartitionStopped', context });
    const wanted = await mend(scene, poison);
    expect(await source.poll(scene.invoke)).toMatchObject({ code: 'PartitionStopped', context });
    await scene.invoke({ sluice: 'resume' });
    expect(await source.poll(scene.invoke)).toBeUndefined();
    expect(await scene.ids()).toEqual(wanted);
    expect(scene.runs.map(({ result }) => result)).toEqual([...Array(5).fill('stopped'), 'done']);
    await scene.close();
  });
});
