/** `ledger: dynamodb` with one step swapped: each looks the same, and each loses or doubles a batch. */
import type { Answer, Course } from '../../../lib/ledger/dynamodb/course.ts';
import type { Item } from '../../../lib/ledger/item.ts';
import type { Lane } from '../../../lib/ledger/lane.ts';
import { type LaneProtocol, lanes } from './lanes.ts';

/** A course that remembers what it read before its take. */
type Reading = Course & { readonly read?: Item | undefined };

/** Judges by an item made of what was read before the take and of what the take returned. */
function judging(judged: (returned: Item, read: Item) => Item): LaneProtocol {
  return {
    ...lanes,
    answered(course: Reading, answer): Reading {
      if (answer.kind === 'item') return { ...lanes.answered(course, answer), read: answer.item };
      const { read } = course;
      if (course.phase.at !== 'taking' || answer.kind !== 'written' || !answer.written.ok || read === undefined) {
        return lanes.answered(course, answer);
      }
      return lanes.answered(course, { ...answer, written: { ok: true, item: judged(answer.written.item, read) } });
    },
  };
}

export const itemReadBeforeTheTake = judging(({ owner = '', claim, lease = 0 }, read) => ({
  ...read,
  owner,
  claim,
  lease,
}));

export const fencesTheOwnersLane = judging((returned, { owner = '' }) => {
  const { intent } = returned;
  return intent === undefined ? returned : { ...returned, intent: { ...intent, lane: owner } };
});

/** The lane connects after its first intent, and a group without an offset counts as one at 0. */
export const connectsAfterItsFirstIntent: LaneProtocol = {
  ...lanes,
  start: (lane, claim) => lanes.start(idle(lane), claim),
  answered(course, answer) {
    if (course.phase.at === 'connecting') return { ...course, phase: course.phase.next };
    if (answer.kind === 'offset') return lanes.answered(course, { kind: 'offset', offset: answer.offset ?? 0 });
    const next = lanes.answered(course, answer);
    const first = course.phase.at === 'intending' && course.lane.next === 1;
    return first && next.phase.at === 'transacting' ? { ...next, phase: { at: 'connecting', next: next.phase } } : next;
  },
};

/** An intent that was not answered drops the object, but not the lane; its number is given out again. */
export const keepsItsLaneAfterAFailedWrite: LaneProtocol = {
  ...lanes,
  failed: (course) => (course.phase.at === 'intending' ? keeping(course, lanes.failed(course)) : lanes.failed(course)),
  answered: leavingItsOwn,
};

/** A refused intent drops the object, but not the lane. */
export const keepsItsLaneAfterARefusedIntent: LaneProtocol = {
  ...lanes,
  answered(course, answer) {
    const next = leavingItsOwn(course, answer);
    return course.phase.at === 'intending' ? keeping(course, next) : next;
  },
};

/** After a failure the lane's maker connects it again. */
export const reconnectsItsOwnLane: LaneProtocol = {
  ...lanes,
  failed(course) {
    const { lane } = course;
    return { ...lanes.failed(course), lane: lane.life === 'new' ? lane : { ...lane, life: 'new' } };
  },
  answered(course, answer) {
    const { phase, lane } = course;
    if (phase.at === 'connecting' && lane.next > 0) return { ...course, phase: phase.next, lane: idle(lane) };
    return leavingItsOwn(course, answer);
  },
};

/** An intent is written whoever has the object. */
export const writesIntentsUnasked: LaneProtocol = {
  ...lanes,
  apply: (item, write) =>
    lanes.apply(item, write.kind === 'intent' && item !== undefined ? { ...write, claim: item.claim } : write),
};

/** A group without an offset counts as one at 0. */
export const takesALostOffsetForNone: LaneProtocol = {
  ...lanes,
  answered: (course, answer) =>
    lanes.answered(course, answer.kind === 'offset' ? { kind: 'offset', offset: answer.offset ?? 0 } : answer),
};

function idle(lane: Lane): Lane {
  return { ...lane, life: 'idle', next: Math.max(lane.next, 1) };
}

function keeping(before: Course, after: Course): Course {
  const kept = after.lane.life === 'dropped' && before.lane.life !== 'new';
  return kept ? { ...after, lane: idle(after.lane) } : after;
}

/** Who keeps a lane may meet an intent of its own: it leaves that object to others. */
function leavingItsOwn(course: Course, answer: Answer): Course {
  const item = answer.kind === 'written' ? answer.written.item : undefined;
  const own = item?.claim === course.claim && item.intent?.lane === course.lane.id;
  if (!own || course.phase.at !== 'taking') return lanes.answered(course, answer);
  return { ...course, phase: { at: 'closed', outcome: { kind: 'busy', until: 0 } } };
}
