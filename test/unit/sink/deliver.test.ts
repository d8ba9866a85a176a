import { SluiceError } from '../../../lib/failure/index.ts';
import type { MessageBatch } from '../../../lib/message/contract.ts';
import type { Slice } from '../../../lib/sink/contract.ts';
import { deliver } from '../../../lib/sink/deliver.ts';
import { RowFault } from '../../../lib/sink/row-fault.ts';
import { SinkTally } from '../../../lib/sink/tally.ts';
import {
  batchOf,
  PLACE,
  type Scene,
  sceneOf,
  TableTarget,
  type TargetOptions,
  wordOf,
} from '../../support/sink-fakes.ts';

const away = () => new SluiceError('TargetUnreachable', 'connection refused', { stage: 'sink', retryable: true });

/** Refuses every slice with the word `poison` in it, and says which row it is where `hint`. */
const poison =
  (hint: boolean) =>
  ({ changes }: Slice): RowFault | undefined => {
    const row = changes.findIndex((change) => wordOf(change) === 'poison');
    if (row === -1) return undefined;
    return new RowFault('NotNull', 'no', { sqlState: '23502', fix: 'Mend it.', ...(hint ? { row } : {}) });
  };

async function run(scene: Scene, batch: MessageBatch, ms = 60_000) {
  const { plan, ports } = scene;
  const tally = new SinkTally(ports.clock);
  const stop = await deliver(batch, plan, ports, { tally, giveUpAt: ports.clock() + ms });
  return { stop, record: tally.record({ run: 'r', rule: 'words', stage: 'test', trigger: 'kafka' }, 'done') };
}

const table = (options: TargetOptions = {}) => new TableTarget(options);

describe('a batch without faults', () => {
  it('is written in one slice that settles all of it, gaps and filtered messages included', async () => {
    const scene = sceneOf();
    const { stop, record } = await run(scene, batchOf(['a', 'filtered', 'b|c', null], 10));
    expect(stop).toBeUndefined();
    expect(scene.ports.target.words).toEqual(['a', 'b', 'c']);
    expect(scene.ports.target.slices).toMatchObject([{ ...PLACE, from: 10, to: 14 }]);
    expect(record).toMatchObject({
      partitions: [{ ...PLACE, first: 10, last: 13 }],
      read: 4,
      filtered: 2,
      written: 3,
      failed: 0,
    });
  });

  it('is cut into parts, each settled before the next', async () => {
    const scene = sceneOf({ batchMessages: 2 });
    await run(scene, batchOf(['a', 'b', 'c', 'd', 'e']));
    expect(scene.ports.target.slices.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
  });

  it('that is empty asks the target for nothing', async () => {
    const scene = sceneOf();
    expect((await run(scene, batchOf([]))).stop).toBeUndefined();
    expect(scene.ports.target.slices).toEqual([]);
  });

  it('changes nothing when it comes again', async () => {
    const scene = sceneOf();
    await run(scene, batchOf(['a', 'b']));
    const { record } = await run(scene, batchOf(['a', 'b']));
    expect(record).toMatchObject({ written: 0, repeated: 2 });
    expect(scene.ports.target.words).toEqual(['a', 'b']);
  });
});

describe('what is away', () => {
  it('is waited for, and told as an incident', async () => {
    const scene = sceneOf({}, table({ failing: [away(), away()] }));
    const { record } = await run(scene, batchOf(['a']));
    expect(scene.ports.target.words).toEqual(['a']);
    expect(record.incidents).toMatchObject([{ code: 'TargetUnreachable' }, { code: 'TargetUnreachable' }]);
  });

  it('ends the delivery when the time is over, and says at which message', async () => {
    const scene = sceneOf({}, table({ failing: Array.from({ length: 99 }, away) }));
    await expect(run(scene, batchOf(['a'], 7), 5_000)).rejects.toMatchObject({
      code: 'TargetUnreachable',
      context: { ...PLACE, messageOffset: '7' },
    });
    expect(scene.pauses.length).toBeGreaterThan(1);
  });

  it('is not waited for where waiting cannot help', async () => {
    const refused = new SluiceError('WrongPassword', 'no', { stage: 'sink' });
    const scene = sceneOf({ onError: 'discard' }, table({ failing: [refused] }));
    await expect(run(scene, batchOf(['a']))).rejects.toMatchObject({ code: 'WrongPassword' });
    expect(scene.pauses).toEqual([]);
  });
});

describe.each([true, false])('messages that cannot be written (the server names the row: %s)', (hint) => {
  const words = Array.from({ length: 1000 }, (_, i) => (i === 613 ? 'poison' : `w${i}`));
  const good = words.filter((word) => word !== 'poison');

  it('discard: are counted, all others are written, with few attempts', async () => {
    const scene = sceneOf({ onError: 'discard' }, table({ refuse: poison(hint) }));
    const { stop, record } = await run(scene, batchOf(words));
    expect(stop).toBeUndefined();
    expect(scene.ports.target.words).toEqual(good);
    expect(record).toMatchObject({ read: 1000, written: 999, failed: 1, discarded: 1, deadLettered: 0 });
    expect(scene.ports.target.slices.length).toBeLessThanOrEqual(hint ? 7 : 22);
    expect(scene.ports.target.positions.get('errors-0')).toBe(1000);
  });

  it('deadLetter: go there before they are settled', async () => {
    const scene = sceneOf({ onError: 'deadLetter' }, table({ refuse: poison(hint) }));
    const { record } = await run(scene, batchOf(words));
    expect(scene.letters).toMatchObject([
      { message: { offset: 613 }, code: 'NotNull', reason: 'no', at: 'write', sqlState: '23502' },
    ]);
    expect(scene.ports.target.words).toEqual(good);
    expect(record).toMatchObject({ written: 999, failed: 1, deadLettered: 1 });
  });

  it('retain: everything before is written and nothing after; the partition stands there until it is resumed', async () => {
    const bad = { now: true };
    const scene = sceneOf({}, table({ refuse: (slice) => (bad.now ? poison(hint)(slice) : undefined) }));
    const { stop } = await run(scene, batchOf(words));
    expect(stop).toMatchObject({ ...PLACE, offset: 613, code: 'NotNull', reason: 'no', fix: 'Mend it.' });
    expect(scene.ports.target.words).toEqual(words.slice(0, 613));
    expect(scene.ports.target.positions.get('errors-0')).toBe(613);
    const asked = scene.ports.target.slices.length;
    expect((await run(scene, batchOf(['later'], 1000))).stop).toEqual(stop);
    expect(scene.ports.target.slices).toHaveLength(asked);
    await scene.ports.stops.resume(PLACE);
    bad.now = false;
    expect((await run(scene, batchOf(words))).stop).toBeUndefined();
    expect(scene.ports.target.words).toEqual(words);
  });

  it('retain: one that is skipped is left out and counted, and the next one stands still', async () => {
    const scene = sceneOf({}, table({ refuse: poison(hint), offsets: false }));
    const batch = batchOf(['a', 'poison', 'b', 'poison', 'c']);
    await run(scene, batch);
    await scene.ports.stops.resume(PLACE, true);
    const { stop, record } = await run(scene, batch);
    expect(stop).toMatchObject({ offset: 3 });
    expect(record).toMatchObject({ failed: 2, discarded: 1 });
    expect(scene.ports.target.words).toEqual(['a', 'b']);
    await scene.ports.stops.resume(PLACE, true);
    expect((await run(scene, batch)).stop).toBeUndefined();
    expect(scene.ports.target.words).toEqual(['a', 'b', 'c']);
  });

  it('at the end of a batch are settled too', async () => {
    const scene = sceneOf({ onError: 'discard' }, table({ refuse: poison(hint) }));
    await run(scene, batchOf(['a', 'poison', 'poison']));
    expect(scene.ports.target.words).toEqual(['a']);
    expect(scene.ports.target.positions.get('errors-0')).toBe(3);
  });

  it('take all rows of their message with them', async () => {
    const scene = sceneOf({ onError: 'discard' }, table({ refuse: poison(hint) }));
    const { record } = await run(scene, batchOf(['a|b', 'c|poison|d', 'e']));
    expect(scene.ports.target.words).toEqual(['a', 'b', 'e']);
    expect(record).toMatchObject({ written: 3, discarded: 1 });
  });

  it('all of them bad, cost no more than a few times their number', async () => {
    const sent = (scene: Scene) => scene.ports.target.slices.reduce((sum, { changes }) => sum + changes.length, 0);
    const scene = sceneOf({ onError: 'discard' }, table({ refuse: poison(hint) }));
    const { record } = await run(scene, batchOf(Array.from({ length: 1000 }, () => 'poison')));
    expect(record).toMatchObject({ discarded: 1000, written: 0 });
    expect(sent(scene)).toBeLessThanOrEqual(1000 * (hint ? 4 : 11));
  });
});

describe('messages that the pipeline refuses', () => {
  it('discard and deadLetter: the others are written', async () => {
    for (const onError of ['discard', 'deadLetter'] as const) {
      const scene = sceneOf({ onError });
      const { record } = await run(scene, batchOf(['a', 'unreadable', 'b']));
      expect(scene.ports.target.words).toEqual(['a', 'b']);
      expect(record).toMatchObject({ failed: 1, [onError === 'discard' ? 'discarded' : 'deadLettered']: 1 });
      expect(scene.letters.map(({ message: { offset }, at }) => [offset, at])).toEqual(
        onError === 'discard' ? [] : [[1, 'parse']],
      );
    }
  });

  it('retain: the stage that refused is in the reason', async () => {
    const scene = sceneOf();
    const { stop } = await run(scene, batchOf(['a', 'unreadable', 'b']));
    expect(stop).toMatchObject({ offset: 1, code: 'BadJson', reason: 'parse: no JSON' });
    expect(scene.ports.target.words).toEqual(['a']);
    expect(scene.ports.target.slices).toMatchObject([{ from: 0, to: 1 }]);
  });

  it('retain: what stands between skipped messages and behind them is written', async () => {
    const scene = sceneOf({}, new TableTarget({ offsets: false }));
    const batch = batchOf(['a', 'unreadable', 'b', 'unreadable', 'c', 'unreadable']);
    for (const offset of [1, 3, 5]) {
      expect((await run(scene, batch)).stop).toMatchObject({ offset });
      await scene.ports.stops.resume(PLACE, true);
    }
    const { stop, record } = await run(scene, batch);
    expect([stop, record]).toMatchObject([undefined, { read: 6, discarded: 3 }]);
    expect(scene.ports.target.words).toEqual(['a', 'b', 'c']);
    expect(scene.ports.target.slices.at(-1)).toMatchObject({ to: 6 });
  });

  it('retain: a row before it that cannot be written stops first', async () => {
    const scene = sceneOf({}, table({ refuse: poison(false) }));
    expect((await run(scene, batchOf(['a', 'poison', 'unreadable']))).stop).toMatchObject({ offset: 1 });
  });

  it('are not told again once they are settled', async () => {
    const scene = sceneOf({ onError: 'deadLetter' });
    await run(scene, batchOf(['a', 'unreadable', 'b']));
    await run(scene, batchOf(['a', 'unreadable', 'b']));
    expect(scene.letters).toHaveLength(1);
  });

  it('the dead letters come first: what they do not take is not settled', async () => {
    const put = async () => {
      throw new SluiceError('MissingTopic', 'no topic', { stage: 'kafka' });
    };
    const scene = sceneOf({ onError: 'deadLetter' }, table(), { letters: { put, close: async () => undefined } });
    await expect(run(scene, batchOf(['a', 'unreadable']))).rejects.toMatchObject({ code: 'MissingTopic' });
    expect(scene.ports.target.slices).toEqual([]);
  });
});

describe('a topic that was made anew', () => {
  it('is told, not passed over', async () => {
    const scene = sceneOf({}, table(), { logEnd: async () => 2 });
    scene.ports.target.positions.set('errors-0', 500);
    await expect(run(scene, batchOf(['a', 'b']))).rejects.toMatchObject({
      code: 'TopicRecreated',
      context: PLACE,
    });
  });

  it('is not taken for a batch that came twice', async () => {
    const scene = sceneOf({}, table(), { logEnd: async () => 500 });
    scene.ports.target.positions.set('errors-0', 500);
    expect((await run(scene, batchOf(['a', 'b']))).record).toMatchObject({ repeated: 2 });
  });
});

it('gives up in time, with what was written until then', async () => {
  let now = 0;
  const slow = table({
    refuse: (slice) => {
      now += 1_000;
      return poison(false)(slice);
    },
  });
  const scene = sceneOf({ onError: 'discard' }, slow, { clock: () => now });
  const words = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? `w${i}` : 'poison'));
  await expect(run(scene, batchOf(words), 20_000)).rejects.toMatchObject({ code: 'OutOfTime', retryable: true });
  const settled = scene.ports.target.positions.get('errors-0') ?? 0;
  expect(settled).toBeGreaterThan(0);
  now = 0;
  expect((await run(scene, batchOf(words), 1_000_000)).stop).toBeUndefined();
  expect(scene.ports.target.words).toEqual(words.filter((word) => word !== 'poison'));
});
