/**
 * What a run does about one object with `ledger: dynamodb`, one step after the other, apart from all I/O: `request` says
 * what is to be asked, `answered` what follows from the answer. The order of the steps is the proof: each was explored
 * with every interleaving of crashes, pauses, late requests and takeovers, and orders that look the same lose or double.
 */
import type { End, Position } from '../contract.ts';
import { afterSettling, afterTake, type Verdict, verdict } from '../decide.ts';
import { type Intent, type Item, type Seen, settled, type Write, type Written } from '../item.ts';
import { dropped, engaged, freed, GREETING, greeted, type Lane, numbered } from '../lane.ts';
import { FIRST_STEP, following, type TransactionRequest, type TransactionStep } from '../transaction.ts';

export type Phase =
  | { readonly at: 'reading' }
  /** The run's own lane: connected and greeted before its first claim, never later. */
  | { readonly at: 'connecting' | 'greeting'; readonly next: Phase }
  | { readonly at: 'claiming' }
  | { readonly at: 'taking'; readonly seen: Seen }
  /** Somebody's last intent: its lane is fenced first, then its group is read. */
  | { readonly at: 'fencing' | 'looking'; readonly item: Item; readonly intent: Intent }
  | { readonly at: 'holding'; readonly position: Position }
  | { readonly at: 'intending'; readonly from: Position; readonly to: Position }
  | {
      readonly at: 'transacting';
      readonly step: TransactionStep;
      readonly n: number;
      readonly from: Position;
      readonly to: Position;
    }
  | { readonly at: 'ending'; readonly position: Position; readonly end: End }
  | { readonly at: 'closed'; readonly outcome: Outcome };

export type Outcome =
  | Exclude<Verdict, { readonly kind: 'claim' | 'take' }>
  /** The run itself ended it. */
  | { readonly kind: 'ended' }
  /** Another run has it. */
  | { readonly kind: 'taken' }
  /** A call failed; nobody knows whether it was carried out. */
  | { readonly kind: 'failed' };

export interface Course {
  readonly phase: Phase;
  readonly lane: Lane;
  /** The token of this run's one claim or take. */
  readonly claim: string;
}

export type Request =
  | { readonly kind: 'read' }
  | { readonly kind: 'connect' | 'fence' | 'look'; readonly lane: string }
  | { readonly kind: 'greet'; readonly n: number }
  | { readonly kind: 'write'; readonly write: Write }
  | TransactionRequest;

export type Answer =
  | { readonly kind: 'item'; readonly item: Item | undefined; readonly now: number; readonly abandoned?: string }
  | { readonly kind: 'written'; readonly write: Write; readonly written: Written; readonly now: number }
  | { readonly kind: 'offset'; readonly offset: number | undefined }
  | { readonly kind: 'good' };

/** What goes into writes: now and when the lease runs out in milliseconds since 1970, when a done item expires in seconds. */
export interface Times {
  readonly now: number;
  readonly lease: number;
  readonly expires: number;
}

/** @param lane new, or idle after an object that it served */
export function start(lane: Lane, claim: string): Course {
  return { phase: { at: 'reading' }, lane, claim };
}

/** What is to be asked next; undefined while the run has the word (`holding`) or when it is over (`closed`). */
export function request({ phase, lane, claim }: Course, times: Times): Request | undefined {
  const { lease } = times;
  switch (phase.at) {
    case 'reading':
      return { kind: 'read' };
    case 'connecting':
      return { kind: 'connect', lane: lane.id };
    case 'greeting':
      return { kind: 'greet', n: GREETING };
    case 'claiming':
      return { kind: 'write', write: { kind: 'claim', owner: lane.id, claim, lease } };
    case 'taking':
      return { kind: 'write', write: { kind: 'take', seen: phase.seen, owner: lane.id, claim, lease } };
    case 'fencing':
      return { kind: 'fence', lane: phase.intent.lane };
    case 'looking':
      return { kind: 'look', lane: phase.intent.lane };
    case 'intending': {
      const { from, to } = phase;
      const intent: Intent = { lane: lane.id, n: lane.next, from: from.byte, to: to.byte, counts: to.counts };
      return { kind: 'write', write: { kind: 'intent', claim, from: from.counts, intent, lease } };
    }
    case 'transacting':
      return phase.step === 'offsets' ? { kind: 'offsets', offset: phase.n, metadata: '' } : { kind: phase.step };
    case 'ending':
      return { kind: 'write', write: ending(phase.position, phase.end, claim, times) };
    case 'holding':
    case 'closed':
      return undefined;
  }
}

/** What follows from a good answer, or from a write that was refused. */
export function answered(course: Course, answer: Answer): Course {
  const { phase, lane } = course;
  switch (phase.at) {
    case 'reading':
      return read(course, expected(answer, 'item'));
    case 'connecting':
      return { ...course, phase: { at: 'greeting', next: phase.next } };
    case 'greeting':
      return { ...course, phase: phase.next, lane: greeted(lane) };
    case 'claiming':
    case 'taking':
      return changedHands(course, expected(answer, 'written'));
    case 'fencing':
      return { ...course, phase: { ...phase, at: 'looking' } };
    case 'looking': {
      const { item, intent } = phase;
      const { offset } = expected(answer, 'offset');
      const next = afterSettling(item, intent, offset);
      if (next.kind === 'go') return { ...course, phase: { at: 'holding', position: next.at } };
      const end: End = { kind: 'stopped', reason: lostCheckpoint(intent) };
      return { ...course, phase: { at: 'ending', position: { byte: item.at, counts: item.counts }, end } };
    }
    case 'intending': {
      if (!settle(answer).ok) return taken(course);
      const { from, to } = phase;
      return {
        ...course,
        phase: { at: 'transacting', step: FIRST_STEP, n: lane.next, from, to },
        lane: numbered(lane),
      };
    }
    case 'transacting': {
      const step = following(phase.step);
      if (step !== undefined) return { ...course, phase: { ...phase, step } };
      return { ...course, phase: { at: 'holding', position: phase.to } };
    }
    case 'ending': {
      const written = settle(answer);
      if (!written.ok) return taken(course);
      const stopped = phase.end.kind === 'stopped';
      return closed(course, stopped ? { kind: 'stopped', item: written.item } : { kind: 'ended' }, freed(lane));
    }
    case 'holding':
    case 'closed':
      throw new TypeError(`nothing was asked while ${phase.at}`);
  }
}

/** What follows from an error or from no answer at all: the object and the lane are dropped, whichever step it was. */
export function failed(course: Course, outcome: 'failed' | 'taken' = 'failed'): Course {
  return closed(course, { kind: outcome }, dropped(course.lane));
}

/** The run has a batch. */
export function commit(course: Course, to: Position): Course {
  return { ...course, phase: { at: 'intending', from: held(course), to } };
}

/** The run ends it here. */
export function end(course: Course, position: Position, how: End): Course {
  held(course);
  return { ...course, phase: { at: 'ending', position, end: how } };
}

function held({ phase }: Course): Position {
  if (phase.at !== 'holding') throw new TypeError(`the object is not held: ${phase.at}`);
  return phase.position;
}

function read(course: Course, { item, now, abandoned }: Extract<Answer, { kind: 'item' }>): Course {
  const found = verdict(item, now, abandoned);
  if (found.kind !== 'claim' && found.kind !== 'take') return closed(course, found, course.lane);
  const next: Phase = found.kind === 'claim' ? { at: 'claiming' } : { at: 'taking', seen: found.seen };
  return { ...course, phase: course.lane.life === 'new' ? { at: 'connecting', next } : next };
}

function changedHands(course: Course, answer: Extract<Answer, { kind: 'written' }>): Course {
  const { lane } = course;
  const written = settle(answer);
  if (!written.ok) return closed(course, overtaken(written.item, answer.now), lane);
  // Only what the write itself returned may be judged: between the read and the take the owner may have moved on.
  const next = afterTake(written.item);
  if (next.kind === 'go') return { ...course, phase: { at: 'holding', position: next.at }, lane: engaged(lane) };
  const { intent } = next;
  if (intent.lane === lane.id)
    throw new TypeError(`lane ${lane.id} met an intent of its own, which it must have settled`);
  return { ...course, phase: { at: 'fencing', item: written.item, intent }, lane: engaged(lane) };
}

/** Somebody was faster: what they made of it is the answer. */
function overtaken(item: Item | undefined, now: number): Outcome {
  if (item === undefined || item.state === 'running') return { kind: 'busy', until: Math.max(item?.lease ?? 0, now) };
  return { kind: item.state, item };
}

function taken(course: Course): Course {
  return failed(course, 'taken');
}

function closed(course: Course, outcome: Outcome, lane: Lane): Course {
  return { ...course, phase: { at: 'closed', outcome }, lane };
}

function ending(at: Position, how: End, claim: string, { now, expires }: Times): Write {
  switch (how.kind) {
    case 'done':
      return { kind: 'done', claim, at, finished: now, expires };
    case 'stopped':
      return { kind: 'stop', claim, at, reason: how.reason, since: now };
    case 'released':
      return { kind: 'release', claim, at };
  }
}

function lostCheckpoint({ lane, n, from, to }: Intent) {
  return {
    code: 'CheckpointLost',
    reason: `whether the bytes ${from} to ${to} are in Kafka cannot be told: batch ${n} of ${lane} was begun, and the broker has forgotten what that group committed (offsets.retention.minutes, 7 days by default)`,
    fix: `Look in the topic for a record whose sluice-offset is in that range: resume sends the batch again and doubles it if it is there.`,
  };
}

function settle(answer: Answer): Written {
  const { write, written } = expected(answer, 'written');
  return settled(write, written);
}

function expected<K extends Answer['kind']>(answer: Answer, kind: K): Extract<Answer, { kind: K }> {
  if (answer.kind !== kind) throw new TypeError(`expected ${kind}, not ${answer.kind}`);
  return answer as Extract<Answer, { kind: K }>;
}
