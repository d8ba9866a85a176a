import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { withLock } from '../../../local/lock.ts';

let folder: string;
const file = () => path.join(folder, 'lock');

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sluice-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('two holders come one after the other, and the second is told whom it waits for', async () => {
  const order: string[] = [];
  const told: number[] = [];
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let enter: () => void = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const first = withLock(
    file(),
    () => {},
    async () => {
      order.push('first in');
      enter();
      await released;
      order.push('first out');
    },
  );
  await entered;
  const second = withLock(
    file(),
    (pid) => {
      told.push(pid);
      release();
    },
    async () => {
      order.push('second in');
    },
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first in', 'first out', 'second in']);
  expect(told).toEqual([process.pid]);
});

test('a lock whose holder died is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(file(), String(pid));
  expect(
    await withLock(
      file(),
      () => {},
      async () => 'done',
    ),
  ).toBe('done');
});

test('work that fails leaves no lock', async () => {
  const failing = withLock(
    file(),
    () => {},
    async () => {
      throw new Error('broken');
    },
  );
  await expect(failing).rejects.toThrow('broken');
  expect(await readdir(folder)).toEqual([]);
});
