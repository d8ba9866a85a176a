import type { FailedMessage } from '../contract.ts';

/** What every dead letter of a sink says, whatever carries it: where the message stood, and why it was refused. */
export interface LetterFacts {
  readonly rule: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Of the message, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly code: string;
  readonly reason: string;
  /** The stage that refused it: `parse`, `steps.2 regex`, `write`. */
  readonly at: string;
  readonly sqlstate?: string;
}

export interface LetterNames {
  readonly rule: string;
  readonly stage: string;
}

export function letterFacts({ rule, stage }: LetterNames, failed: FailedMessage): LetterFacts {
  const { message, code, reason, at, sqlState } = failed;
  const { topic, partition, offset, timestamp } = message;
  const sqlstate = sqlState === undefined ? {} : { sqlstate: sqlState };
  return { rule, stage, topic, partition, offset, timestamp, code, reason, at, ...sqlstate };
}

/** The same for every letter about one message: what was sent again lands beside the first. */
export function letterKey({ message: { topic, partition, offset } }: FailedMessage): string {
  return `${topic}-${partition}-${offset}`;
}
