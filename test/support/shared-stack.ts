/**
 * One stack for all projects of a run, and for other runs at the same time: each set-up asks for its parts, and the last
 * run to leave ends what any of them started. What was up before them stays up.
 */
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, withLock } from '../../local/lock.ts';
import { PROJECT } from '../../local/project.ts';
import { type PartName, Stack } from '../../local/stack.ts';

const LOCAL = path.join(PROJECT, '.local');
/** A file for each run, named by its process, with the parts that it must see ended. */
const RUNS = path.join(LOCAL, 'runs');

export async function bringUp(parts: readonly PartName[]): Promise<void> {
  const began = performance.now();
  const say = (text: string) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s  ${text}\n`);
  // Before the servers: from here on another run that leaves sees this one.
  await register([]);
  const { started, failed } = await new Stack().up(parts, (text, part) => say(`${part ?? 'stack'} ${text}`), {
    tolerant: true,
  });
  await register(started);
  for (const { part, reason } of failed) {
    say(`NO ${part.toUpperCase()}: TESTS THAT NEED IT ARE SKIPPED\n${reason.message}\n${reason.fix}`);
  }
}

/** Called once for each project; all but the first call find nothing to do. */
export async function takeDown(): Promise<void> {
  await exclusively(async () => {
    const runs = await readRuns();
    if (!runs.has(process.pid)) return;
    const others = [...runs.keys()].filter((pid) => pid !== process.pid && isAlive(pid));
    const heir = others[0];
    // A run that died could not end its servers: its parts are ended too.
    const parts = [...runs].filter(([pid]) => !others.includes(pid)).flatMap(([, started]) => started);
    if (heir === undefined) await new Stack().down([...new Set(parts)]);
    else await writeRun(heir, [...new Set([...(runs.get(heir) ?? []), ...parts])]);
    for (const pid of runs.keys()) if (!others.includes(pid)) await rm(path.join(RUNS, String(pid)));
    // Succeeds only when nothing else is in it; the folder of the lock cannot go while it is held.
    await rmdir(RUNS).catch(() => {});
  });
  await rmdir(LOCAL).catch(() => {});
}

function register(started: readonly PartName[]): Promise<void> {
  return exclusively(async () => {
    const known = (await readRuns()).get(process.pid) ?? [];
    await writeRun(process.pid, [...new Set([...known, ...started])]);
  });
}

async function exclusively(work: () => Promise<void>): Promise<void> {
  await mkdir(LOCAL, { recursive: true });
  await withLock(
    path.join(LOCAL, 'runs.lock'),
    () => {},
    async () => {
      // A run that leaves removes it, under the same lock.
      await mkdir(RUNS, { recursive: true });
      await work();
    },
  );
}

async function readRuns(): Promise<Map<number, readonly PartName[]>> {
  const pids = (await readdir(RUNS)).map(Number);
  const lists = await Promise.all(pids.map((pid) => readFile(path.join(RUNS, String(pid)), 'utf8')));
  return new Map(pids.map((pid, index) => [pid, JSON.parse(lists[index]!) as PartName[]]));
}

const writeRun = (pid: number, parts: readonly PartName[]): Promise<void> =>
  writeFile(path.join(RUNS, String(pid)), JSON.stringify(parts));
