import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, launch, type ProcessReference, stop, tail } from '../../../local/process.ts';

let folder: string;
const log = () => path.join(folder, 'log');
const started: ProcessReference[] = [];

async function script(code: string): Promise<ProcessReference> {
  const reference = await launch({
    command: process.execPath,
    args: ['-e', code],
    log: log(),
    environment: process.env,
  });
  started.push(reference);
  return reference;
}

async function logged(line: string): Promise<void> {
  while (!(await tail(log())).includes(line)) await delay(20);
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sluice-process-'));
});

afterEach(async () => {
  for (const reference of started.splice(0)) await stop(reference, { signal: 'SIGKILL', graceMs: 1000 });
  await rm(folder, { recursive: true });
});

test('a process that does not heed the signal is killed, and its children with it', async () => {
  const reference = await script(`
    process.on('SIGTERM', () => {});
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    console.log('child ' + child.pid + ' up');
    setInterval(() => {}, 1000);`);
  await logged(' up');
  const child = Number(/child (\d+)/.exec(await readFile(log(), 'utf8'))![1]);
  expect(await isRunning(reference)).toBe(true);
  await stop(reference, { signal: 'SIGTERM', graceMs: 200 });
  expect(await isRunning(reference)).toBe(false);
  // ESRCH, or a row in the process table that init has not yet removed.
  const state = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z');
  expect(state).toContain(') Z');
});

test('what a dead leader left of its group is ended too', async () => {
  const reference = await script(`
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log('child ' + child.pid + ' up');
    child.unref();`);
  await logged(' up');
  while (await isRunning(reference)) await delay(20);
  const child = Number(/child (\d+)/.exec(await readFile(log(), 'utf8'))![1]);
  await stop(reference, { signal: 'SIGTERM', graceMs: 2000 });
  const state = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z');
  expect(state).toContain(') Z');
});

test('a process that has the id but not the birth is left alone', async () => {
  const reference = await script('setInterval(() => {}, 1000)');
  const other = { ...reference, born: 'another time' };
  expect(await isRunning(other)).toBe(false);
  await stop(other, { signal: 'SIGKILL', graceMs: 100 });
  expect(await isRunning(reference)).toBe(true);
});

test('a command that does not exist is an error, not a process', async () => {
  const attempt = launch({ command: path.join(folder, 'none'), args: [], log: log(), environment: process.env });
  await expect(attempt).rejects.toThrow('ENOENT');
});
