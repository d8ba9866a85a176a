import { once } from 'node:events';
import type { Random } from '../../fault/random.ts';
import type { Kill } from '../children/mirror-sink.ts';
import type { Mirror } from './mirror.ts';
import type { Source } from './source.ts';
import type { Workload } from './workload.ts';

export interface Scene {
  readonly source: Source;
  readonly mirror: Mirror;
  readonly workload: Workload;
  readonly random: Random;
}

const POINTS = ['before', 'during', 'after'] as const;

/** So many transactions of the workload, with DDL and TRUNCATE among them now and then, unless rows are all that changes. */
async function work({ source, workload, random }: Scene, transactions: number, rowsOnly = false): Promise<void> {
  for (let i = 0; i < transactions; i++) {
    const chance = rowsOnly ? 400 : random.below(400);
    const sql = chance < 8 ? workload.growth() : [chance < 10 ? workload.truncate() : workload.transaction()];
    for (const each of sql) await source.query(each);
  }
}

/**
 * The mirror's process is killed again and again while the source changes, two of three times at a point of one of its
 * batches and else at any moment, and then left alone until the mirror equals its source.
 *
 * @returns how often it was killed
 */
export async function killedAndEqual(
  scene: Scene,
  { kills, each }: { readonly kills: number; readonly each: number },
): Promise<number> {
  const { mirror, random } = scene;
  let killed = 0;
  while (killed < kills) {
    const point = POINTS[random.below(4)];
    const kill: Kill | undefined = point === undefined ? undefined : { batch: 1 + random.below(8), point };
    const child = mirror.start(kill);
    const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
    const timer = setTimeout(() => child.kill('SIGKILL'), kill === undefined ? 300 + random.below(2_000) : 15_000);
    await work(scene, each);
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal !== 'SIGKILL') await mirror.equalsSource(child);
    killed++;
  }
  await leftAloneAndEqual(scene, each);
  return killed;
}

async function leftAloneAndEqual(scene: Scene, transactions: number): Promise<void> {
  const child = scene.mirror.start();
  await work(scene, transactions);
  await scene.mirror.equalsSource(child);
  await scene.mirror.end(child);
}
