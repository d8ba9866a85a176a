import type { Stop } from '../../../../lib/sink/contract.ts';
import { createGroupStops, type GroupOffsets } from '../../../../lib/sink/stops/group.ts';

const STOP: Stop = { topic: 'tp1', partition: 0, offset: 7, since: 1, code: 'TypeMismatch', reason: 'why', fix: 'how' };

function offsets(): GroupOffsets & { readonly held: Map<number, { offset: number; metadata: string }> } {
  const held = new Map<number, { offset: number; metadata: string }>();
  return {
    held,
    read: async () => held,
    commit: async ({ partition }, offset, metadata) => {
      held.set(partition, { offset, metadata });
    },
  };
}

test('what others write beside an offset is no stop', async () => {
  const group = offsets();
  const stops = createGroupStops(group, ['tp1']);
  for (const metadata of ['', 'x', '{', '{"v":2,"stop":{}}', '{"v":1}', 'null', '{"v":1,"stop":{"since":"x"}}']) {
    group.held.set(0, { offset: 7, metadata });
    expect(await stops.read(STOP)).toBeUndefined();
  }
});

test('an offset that goes on where it stood has no metadata', async () => {
  const group = offsets();
  const stops = createGroupStops(group, ['tp1']);
  await stops.put(STOP);
  expect(await stops.resume(STOP)).toEqual(STOP);
  expect(group.held.get(0)).toEqual({ offset: 7, metadata: '' });
});

test('one that is skipped goes on behind the message', async () => {
  const group = offsets();
  const stops = createGroupStops(group, ['tp1']);
  await stops.put(STOP);
  expect(await stops.resume(STOP, true)).toEqual(STOP);
  expect(group.held.get(0)).toEqual({ offset: 8, metadata: '' });
});

test('a stop fits what a broker takes, whatever is said of it', async () => {
  const group = offsets();
  const stops = createGroupStops(group, ['tp1']);
  for (const letter of ['x', '字', '"', '\\', '\u0001']) {
    await stops.put({ ...STOP, reason: letter.repeat(9000), fix: letter.repeat(9000) });
    expect(Buffer.byteLength(group.held.get(0)?.metadata ?? '')).toBeLessThan(4096);
    expect(await stops.read(STOP)).toMatchObject({ code: 'TypeMismatch', reason: expect.stringContaining(letter) });
  }
});
