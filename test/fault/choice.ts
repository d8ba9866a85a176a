/** Which fault an object can meet next. */
import type { Life } from './life.ts';
import type { LedgerKind, Point } from './points.ts';
import type { Random } from './random.ts';
import type { Fault } from './task.ts';

/** Steps of every batch. */
const REPEATED = ['intent', 'send', 'letter', 'offsets', 'commit', 'heartbeat'];

export function canMeet({ step }: Point, ledger: LedgerKind, life: Life): boolean {
  // A run that finds the object stopped does nothing but resume it.
  if (life.stopped) return step === 'resume' || step === 'commit' || step === 'send';
  switch (step) {
    case 'claim':
      return !life.claimed;
    case 'take':
      return life.claimed;
    case 'fence':
      return life.hasIntent;
    case 'read':
      return ledger === 'kafka' || life.hasIntent;
    case 'letter':
      return life.kind.bad === 'letters';
    case 'stop':
      return life.kind.bad === 'stop' && !life.resumed;
    case 'resume':
      return false;
    default:
      return true;
  }
}

export function faultAt(point: Point, how: Fault['how'], random: Random, tries: number): Fault {
  // An object that was nearly done came to its end before: then the first time is taken.
  const skip = REPEATED.includes(point.step) && tries === 0 ? random.below(3) : 0;
  return { ...point, how, skip };
}
