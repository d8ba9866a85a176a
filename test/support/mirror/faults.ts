import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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
    const timer = setTimeout(() => child.kill('SIGKILL'), kill === undefined ? 300 + random.below(2_000) : 5_000);
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

/** The server ends all of the mirror's connections, so many times, while changes go on. @returns how many they were */
export async function cutAndEqual(scene: Scene, cuts: number, each: number): Promise<number> {
  const child = scene.mirror.start();
  let cut = 0;
  for (let i = 0; i < cuts; i++) {
    await work(scene, each);
    let ended = 0;
    // It may be about to begin, or to connect again.
    while (ended === 0 && child.exitCode === null) {
      ended = await scene.mirror.cutConnections();
      await sleep(scene.random.below(200));
    }
    cut += ended;
  }
  await scene.mirror.equalsSource(child);
  await scene.mirror.end(child);
  return cut;
}

/** The mirror's server loses its power while changes go on, and comes again. */
export async function poweredOffAndEqual(
  scene: Scene,
  server: { kill(): Promise<void>; start(): Promise<void> },
  each: number,
): Promise<void> {
  const child = scene.mirror.start();
  await work(scene, each);
  await server.kill();
  await work(scene, each);
  await server.start();
  await scene.mirror.reconnect();
  await scene.mirror.equalsSource(child);
  await scene.mirror.end(child);
}

/** Two processes are given every message each. */
export async function twiceAndEqual(scene: Scene, transactions: number): Promise<void> {
  const children = [scene.mirror.start(), scene.mirror.start()];
  await work(scene, transactions);
  for (const child of children) await scene.mirror.equalsSource(child);
  for (const child of children) await scene.mirror.end(child);
}

/**
 * The connector loses its power and comes again, in the middle of changes: it sends what it had not noted again. Of rows
 * only: what it sends again of rows as they were before DDL has their columns as they are now.
 */
export async function restartedAndEqual(scene: Scene, restarts: number, each: number): Promise<void> {
  const child = scene.mirror.start();
  await scene.mirror.equalsSource(child);
  await scene.source.noted();
  for (let i = 0; i < restarts; i++) {
    await work(scene, each, true);
    await scene.source.restartConnector();
  }
  await work(scene, each, true);
  await scene.mirror.equalsSource(child);
  await scene.mirror.end(child);
}
