/**
 * What a run does about one object with `ledger: kafka`, step by step and apart from all I/O. The object's own
 * transactional id is connected before its group is read: what was committed before is fenced off by then, and what is
 * read is final.
 */
import type { Checkpoint, End, Position } from '../contract.ts';
import { FIRST_STEP, following, type TransactionRequest, type TransactionStep } from '../transaction.ts';
import { type Mark, markOf } from './metadata.ts';

export type Phase =
  | { readonly at: 'connecting' | 'looking' }
  | { readonly at: 'holding'; readonly position: Position }
  | {
      readonly at: 'transacting';
      readonly step: TransactionStep;
      readonly from: Position;
      readonly to: Position;
      readonly end?: End;
    }
  | { readonly at: 'closed'; readonly outcome: Outcome };

export type Outcome =
  | { readonly kind: 'done' | 'stopped'; readonly mark: Mark }
  /** Nothing is known of it, and it is too old for that to mean that nothing was done. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed' };

export interface Course {
  readonly phase: Phase;
}

export type Request =
  | { readonly kind: 'connect' | 'look' }
  | Exclude<TransactionRequest, { kind: 'offsets' }>
  | { readonly kind: 'offsets'; readonly mark: Mark };

export type Answer =
  /** `fresh`: the object is young enough that no checkpoint means that nothing was done. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint | undefined; readonly fresh: boolean }
  | { readonly kind: 'good' };

export function start(): Course {
  return { phase: { at: 'connecting' } };
}

/** @param now milliseconds since 1970 */
export function request({ phase }: Course, now: number): Request | undefined {
  switch (phase.at) {
    case 'connecting':
      return { kind: 'connect' };
    case 'looking':
      return { kind: 'look' };
    case 'transacting':
      return phase.step === 'offsets'
        ? { kind: 'offsets', mark: marked(phase.to, phase.end, now) }
        : { kind: phase.step };
    case 'holding':
    case 'closed':
      return undefined;
  }
}

export function answered(course: Course, answer: Answer): Course {
  const { phase } = course;
  switch (phase.at) {
    case 'connecting':
      return { phase: { at: 'looking' } };
    case 'looking':
      if (answer.kind !== 'checkpoint') throw new TypeError('expected a checkpoint');
      return looked(answer);
    case 'transacting': {
      const step = following(phase.step);
      if (step !== undefined) return { phase: { ...phase, step } };
      if (phase.end !== undefined) return closed({ kind: 'ended' });
      return { phase: { at: 'holding', position: phase.to } };
    }
    case 'holding':
    case 'closed':
      throw new TypeError(`nothing was asked while ${phase.at}`);
  }
}

/** An error, or no answer: the producer is dropped. Another one of the same id has to connect and read again. */
export function failed(): Course {
  return closed({ kind: 'failed' });
}

/** One transaction: a batch, or with `end` the last thing that the run says of the object. */
export function commit(course: Course, to: Position, end?: End): Course {
  const from = held(course);
  return { phase: { at: 'transacting', step: FIRST_STEP, from, to, ...(end && { end }) } };
}

/** Ends it where the last commit left it: for a release that has nothing to say. */
export function leave(course: Course): Course {
  held(course);
  return closed({ kind: 'ended' });
}

function held({ phase }: Course): Position {
  if (phase.at !== 'holding') throw new TypeError(`the object is not held: ${phase.at}`);
  return phase.position;
}

function looked({ checkpoint, fresh }: Extract<Answer, { kind: 'checkpoint' }>): Course {
  if (checkpoint === undefined) {
    return fresh ? { phase: { at: 'holding', position: { byte: 0, counts: {} } } } : closed({ kind: 'unknown' });
  }
  const mark = markOf(checkpoint);
  if (mark.state === 'running') return { phase: { at: 'holding', position: mark.position } };
  return closed({ kind: mark.state, mark });
}

function marked(position: Position, end: End | undefined, now: number): Mark {
  switch (end?.kind) {
    case 'done':
      return { state: 'done', position, time: now };
    case 'stopped':
      return { state: 'stopped', position, time: now, reason: end.reason };
    default:
      return { state: 'running', position, time: now };
  }
}

function closed(outcome: Outcome): Course {
  return { phase: { at: 'closed', outcome } };
}
