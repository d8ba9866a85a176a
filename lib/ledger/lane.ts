/**
 * A lane: a transactional id that one instance made, and that serves one object at a time while every answer is good.
 * Its life goes one way, new → idle ⇄ busy → dropped: a lane that met a failure is never used or connected again, and
 * no sequence number is given out twice, since somebody may still find it in an intent.
 */
export interface Lane {
  readonly id: string;
  readonly life: 'new' | 'idle' | 'busy' | 'dropped';
  /** The sequence number that the next transaction commits. */
  readonly next: number;
}

/** What a lane commits before its first claim: from then on a group without an offset is a group that lost it. */
export const GREETING = 0;

export function newLane(id: string): Lane {
  return { id, life: 'new', next: GREETING };
}

/** Connected, and its greeting is committed. */
export function greeted(lane: Lane): Lane {
  return change(lane, 'new', { life: 'idle', next: GREETING + 1 });
}

/** Serves an object from here on. */
export function engaged(lane: Lane): Lane {
  return change(lane, 'idle', { life: 'busy' });
}

/** Gives out a sequence number: `lane.next` before the call. */
export function numbered(lane: Lane): Lane {
  return change(lane, 'busy', { next: lane.next + 1 });
}

/** The object is done with, and every answer was good. */
export function freed(lane: Lane): Lane {
  return change(lane, 'busy', { life: 'idle' });
}

export function dropped(lane: Lane): Lane {
  return { ...lane, life: 'dropped' };
}

function change(lane: Lane, from: Lane['life'], to: Partial<Lane>): Lane {
  if (lane.life !== from) throw new TypeError(`lane ${lane.id} is ${lane.life}, not ${from}`);
  return { ...lane, ...to };
}
