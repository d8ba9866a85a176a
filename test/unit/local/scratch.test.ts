import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeScratch, scratchFolder } from '../../../local/scratch.ts';

let stack: string;
beforeEach(async () => {
  stack = await mkdtemp(path.join(os.tmpdir(), 'sluice-scratch-'));
});
afterEach(() => rm(stack, { recursive: true }));

test('a scratch folder is found again, lies outside of the stack, and is removed with its part only', async () => {
  const aws = await scratchFolder(stack, 'aws');
  const postgres = await scratchFolder(stack, 'postgres');
  expect(await scratchFolder(stack, 'aws')).toBe(aws);
  expect(path.relative(stack, aws)).toMatch(/^\.\./);
  await removeScratch(stack, ['aws', 'redis']);
  await expect(stat(aws)).rejects.toThrow('ENOENT');
  expect(await readdir(postgres)).toEqual([]);
  await removeScratch(stack, ['postgres']);
  await expect(stat(postgres)).rejects.toThrow('ENOENT');
});
