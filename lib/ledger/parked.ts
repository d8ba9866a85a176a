import type { ObjectRef } from '../object/contract.ts';

/** Why an event is parked. Sentences and a code, never a payload. */
export interface ParkReason {
  readonly code: string;
  readonly reason: string;
  readonly fix?: string;
}

/**
 * An event that no attempt could carry out, kept until somebody redrives it. To redrive one: send `event` as it is to the
 * rule's queue of failed events (`failedQueueName`), which tries it for another 13 days, then `remove` it. To export its
 * object anew although it may have been exported: send `{ sluice: 'export', bucket, key, versionId?, again: true }` instead.
 */
export interface ParkedEvent {
  /** The same for the same event of the same rule. */
  readonly id: string;
  /** New each time that it is parked: whoever removes it removes only what it has seen. */
  readonly token: string;
  /** JSON; of what could not be understood, whatever came. */
  readonly event: string;
  /** The object that it is about, where that could be told. */
  readonly object?: ObjectRef;
  readonly reason: ParkReason;
  /** When it was parked, in milliseconds since 1970. */
  readonly since: number;
}

/** The parked events of one rule. Failures are SluiceErrors of stage `ledger`, with the codes of DynamoDB's failures. */
export interface ParkedEvents {
  /** Safe to call again: one event is parked once, for the last reason. */
  put(parked: Pick<ParkedEvent, 'event' | 'object' | 'reason' | 'since'>): Promise<void>;
  count(): Promise<number>;
  /** Longest parked first; may lag by a moment. */
  list(): AsyncIterable<ParkedEvent>;
  /** False if it is not there any more as it was listed: it was removed, or has failed and was parked again. */
  remove(parked: Pick<ParkedEvent, 'id' | 'token' | 'event'>): Promise<boolean>;
}
