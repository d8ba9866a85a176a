/** Which groups a rule's objects leave behind, and when they go: with `ledger: kafka` the broker keeps one for each object. */
import { SluiceError } from '../../failure/index.ts';
import type { GroupDirectory, Scope, StoppedObject } from '../contract.ts';
import { laneId, prefixOf } from '../names.ts';
import { type Mark, markOf } from './metadata.ts';

/**
 * Kept longer than `dedupe` by this, in milliseconds: an object's age is told by the store's clock and its end by ours, and
 * a run that was let in at the last moment may still be about to read its group.
 */
const MARGIN = 3_600_000;

/**
 * Whether nothing known of an object means that nothing was done: a group may have been swept once its object was finished
 * for `dedupeMs`, which is never before the object is that old.
 */
export function isFresh(lastModified: number, dedupeMs: number, now: number): boolean {
  return now - lastModified <= dedupeMs;
}

/** Only what is finished goes: a running object still needs its offset, a stopped one its reason. */
export function isSwept(mark: Mark, dedupeMs: number, now: number): boolean {
  return mark.state === 'done' && now - mark.time > dedupeMs + MARGIN;
}

/** Which of the groups a sweep looks at: so many of them, beginning at a part (0 to 1) of their list and going round. */
export interface SweepPart {
  readonly limit: number;
  readonly start: number;
}

/** Removes what `isSwept`; returns how many groups it removed, and how many of those that it looked at are still there. */
export async function sweep(
  directory: GroupDirectory,
  scope: Scope,
  dedupeMs: number,
  now: number,
  part?: SweepPart,
): Promise<{ readonly removed: number; readonly left: number }> {
  const old: string[] = [];
  let left = 0;
  for await (const { group, mark } of marks(directory, scope, part)) {
    if (isSwept(mark, dedupeMs, now)) old.push(group);
    else left++;
  }
  if (old.length > 0) await directory.remove(old);
  return { removed: old.length, left };
}

export async function* stoppedGroups(directory: GroupDirectory, scope: Scope): AsyncGenerator<StoppedObject> {
  for await (const { mark } of marks(directory, scope)) {
    if (mark.state !== 'stopped' || mark.object === undefined) continue;
    const { object, time: since, reason, position } = mark;
    yield { ...object, since, reason, position };
  }
}

/** What the groups of a rule's objects hold. A group that is not the ledger's own is passed over: it is not ours to touch. */
async function* marks(
  directory: GroupDirectory,
  scope: Scope,
  { limit, start }: SweepPart = { limit: Number.POSITIVE_INFINITY, start: 0 },
): AsyncGenerator<{ group: string; mark: Mark }> {
  const lanes = laneId(scope, '');
  const groups = (await directory.list(prefixOf(scope))).filter((group) => !group.startsWith(lanes));
  const first = Math.floor(start * groups.length);
  for (const group of [...groups.slice(first), ...groups.slice(0, first)].slice(0, limit)) {
    const checkpoint = await directory.read(group);
    if (checkpoint === undefined) continue;
    let mark: Mark;
    try {
      mark = markOf(checkpoint);
    } catch (error) {
      if (error instanceof SluiceError) continue;
      throw error;
    }
    yield { group, mark };
  }
}
