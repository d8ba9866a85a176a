import type { MessagePipeline, TopicPartition } from '../message/contract.ts';
import type { MessageLetters, StopStore, Target } from './contract.ts';

/** What a bad message does. */
export type FailurePolicy = 'retain' | 'discard' | 'deadLetter';

/** A rule, ready to deliver any number of batches: everything about it that no message changes. */
export interface SinkPlan {
  readonly rule: string;
  readonly stage: string;
  readonly onError: FailurePolicy;
  /** The most messages that are handed to the target at once. */
  readonly batchMessages: number;
}

/** What every delivery touches. One set serves one instance, one batch after another. */
export interface SinkPorts {
  readonly pipeline: MessagePipeline;
  readonly target: Target;
  readonly stops: StopStore;
  /** Present when the plan's policy is `deadLetter`. */
  readonly letters?: MessageLetters;
  /** The offset behind the last message of a partition, as the broker has it now; undefined: there is no such partition. */
  readonly logEnd: (partition: TopicPartition) => Promise<number | undefined>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds; between attempts to reach what is away. */
  readonly pause: (ms: number) => Promise<void>;
}
