import type { Compression } from '../format/options.ts';
import type { RecordProducer } from '../kafka/contract.ts';
import type { Ledger, RecordSender } from '../ledger/contract.ts';
import type { Limiter } from '../limit/contract.ts';
import type { ObjectRef, ObjectStore } from '../object/contract.ts';
import type { PreparedSelect } from '../select/contract.ts';
import type { Continuation } from '../trigger/index.ts';
import type { DeadLetters } from './dead-letter.ts';

/** What a bad record does to the run. */
export type FailurePolicy = 'retain' | 'discard' | 'deadLetter';

/** A rule, ready to run over any number of objects: everything about it that no object changes. */
export interface ExportPlan {
  readonly rule: string;
  readonly stage: string;
  readonly topic: string;
  /** Tells this rule from what it was before a change. */
  readonly hash: string;
  readonly compression: Compression;
  readonly select: PreparedSelect;
  readonly onError: FailurePolicy;
}

/** What every run touches. One set serves one instance of the function, one object after another. */
export interface RunPorts {
  readonly store: ObjectStore;
  readonly limiter: Limiter;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds; between attempts to reach a broker that is away. */
  readonly pause: (ms: number) => Promise<void>;
  /** Left out where nobody goes on after this process: a run that gets no further then fails. */
  readonly relay?: Relay;
}

/** How an object is handed on to another run of the same rule. */
export interface Relay {
  /** Begins another run; `afterSeconds` (at most 900): through the rule's queue, with that delay. */
  handOn(ref: ObjectRef, continuation: Continuation, afterSeconds?: number): Promise<void>;
}

/** `delivery: at-least-once`. */
export interface ExportPorts extends RunPorts {
  readonly producer: RecordProducer;
  /** Present when the plan's policy is `deadLetter`. */
  readonly deadLetters?: DeadLetters;
}

/** `delivery: exactly-once`. */
export interface ExactPorts extends RunPorts {
  readonly ledger: Ledger;
  /** One of the two is present when the plan's policy is `deadLetter`: letters of a batch's own transaction … */
  readonly letters?: (sender: RecordSender) => DeadLetters;
  /** … or letters that go elsewhere, before it. */
  readonly deadLetters?: DeadLetters;
}

export type Ports = ExportPorts | ExactPorts;
