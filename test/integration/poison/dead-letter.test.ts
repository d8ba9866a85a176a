/** One message in a batch of a thousand that cannot be written: the others are, and the one is told of once. */
import { EventSource } from '../../support/event-source.ts';
import {
  COLUMNS,
  COUNT,
  idsBefore,
  lettersIn,
  POISONED,
  POISONS,
  type Poison,
  poisoned,
} from '../../support/postgres/poisons.ts';
import { PostgresSinkScene, type RuleText } from '../../support/postgres/sink-scene.ts';
import { RawTopics } from '../../support/raw-topics.ts';
import { describeWith } from '../../support/stack.ts';

const MODES: Readonly<Record<string, RuleText>> = {
  insert: { mode: 'insert' },
  upsert: { mode: 'upsert', primaryKey: ['id'] },
};
const CASES = POISONS.flatMap((poison) => Object.entries(MODES).map(([mode, rule]) => ({ ...poison, mode, rule })));

describeWith(
  ['kafka', 'postgres'],
  'a poisoned batch goes past its bad message',
  ({ kafka: { brokers }, postgres }) => {
    const topics = new RawTopics(brokers, 'poison');
    beforeAll(() => topics.open());
    afterAll(() => topics.close());

    async function sceneOf(poison: Poison, rule: (dead: string) => RuleText) {
      const [topic, dead] = [await topics.create(), await topics.create()];
      await topics.send(topic, poisoned(poison));
      const scene = new PostgresSinkScene({ brokers, topic, url: postgres.url });
      await scene.open(COLUMNS, rule(dead));
      return { scene, topic, dead };
    }

    const letter = (topic: string, rule: string, { value, code, at, sqlState }: Poison) => ({
      key: `${topic}-0-${POISONED}`,
      value,
      said: {
        rule,
        stage: 'local',
        topic,
        partition: '0',
        offset: `${POISONED}`,
        timestamp: expect.stringMatching(/^\d{13}$/),
        code,
        at,
        reason: expect.stringMatching(/\w{3}/),
        ...(sqlState !== undefined && { sqlstate: sqlState }),
      },
    });

    test.each(CASES)('$title, $mode: sluice run', async ({ rule, ...poison }) => {
      const { scene, topic, dead } = await sceneOf(poison, (to) => ({
        ...rule,
        onError: { deadLetter: { topic: to } },
      }));
      const counts = { ended: 'idle', read: COUNT, written: COUNT - 1, failed: 1, deadLettered: 1, repeated: 0 };
      expect(await scene.sluice('run')).toMatchObject({ code: 0, said: counts });
      // The broker has forgotten the group, as it does after a week.
      const {
        rule: { name },
      } = await scene.bundle();
      await topics.groups.deleteGroups([`sluice.local.${name}.${topic}`]);
      expect(await scene.sluice('run')).toMatchObject({
        code: 0,
        said: { ended: 'idle', written: 0, deadLettered: 0 },
      });
      expect(await scene.ids()).toEqual(idsBefore(COUNT));
      expect(await lettersIn(topics.endpoint, dead)).toEqual([letter(topic, scene.name, poison)]);
      await scene.close();
    });

    test.each(CASES)('$title, $mode: the function', async ({ rule, ...poison }) => {
      const { scene, topic, dead } = await sceneOf(poison, (to) => ({
        ...rule,
        onError: { deadLetter: { topic: to } },
      }));
      const source = new EventSource({ endpoint: topics.endpoint, topic });
      expect(await source.poll(scene.invoke)).toBeUndefined();
      // AWS may call with an event again although it was answered.
      for (const event of source.events) await scene.invoke(event);
      expect(scene.runs.reduce((sum, run) => sum + run.deadLettered, 0)).toBe(1);
      expect(await scene.ids()).toEqual(idsBefore(COUNT));
      expect(await lettersIn(topics.endpoint, dead)).toEqual([letter(topic, scene.name, poison)]);
      await scene.close();
    });

    test.each(POISONS)('$title: discarded, it is counted', async (poison) => {
      const { scene } = await sceneOf(poison, () => ({ onError: 'discard' }));
      const { code, said } = await scene.sluice('run');
      expect([code, said]).toMatchObject([0, { ended: 'idle', written: COUNT - 1, failed: 1, discarded: 1 }]);
      expect(await scene.ids()).toEqual(idsBefore(COUNT));
      await scene.close();
    });
  },
);
