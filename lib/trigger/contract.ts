import type { SluiceError } from '../failure/index.ts';
import type { Position } from '../ledger/contract.ts';
import type { ObjectRef } from '../object/contract.ts';

/** Who invoked the function; for what came through several hands, the last of them. */
export type TriggerSource = 's3' | 'eventbridge' | 'sqs' | 'sns' | 'cos';

/** An object that was created. */
export interface ObjectEvent {
  readonly source: TriggerSource;
  readonly ref: ObjectRef;
  /** As the store names it, without its own prefix: `ObjectCreated:Put`. */
  readonly eventName: string;
  /** ISO 8601. */
  readonly eventTime?: string;
  /** Stored bytes. */
  readonly size?: number;
  /** Without quotes. */
  readonly etag?: string;
  /** Orders the events of one key: pad the shorter with zeros on the right, then compare as text. */
  readonly sequencer?: string;
  /** The SQS message it came in, for the partial batch response. */
  readonly messageId?: string;
  /** Export it although the ledger says that it is done. */
  readonly again?: true;
  /** Go on with it although it stands still. */
  readonly resume?: true;
  /** It was begun by another run. */
  readonly continuation?: Continuation;
}

/**
 * Where a run left an object, and whose run it was. As an event: `{ sluice: 'continue', bucket, key, versionId?, version,
 * chain, part, position: { byte, counts }, trigger, rule }`.
 */
export interface Continuation {
  /** Version id or ETag. If the object has another one by now, it is another object. */
  readonly version: string;
  /** The first run of the chain. */
  readonly chain: string;
  /** Which run of the chain goes on here: 1, 2, … */
  readonly part: number;
  /** At least once, where it goes on; exactly once the ledger knows that, and this only shows how far the chain was. */
  readonly position: Position;
  /** What asked for the first run. */
  readonly trigger: string;
  /** The hash of the rule that the run before went by. */
  readonly rule: string;
}

/** Part of an event that asks for nothing, and why. */
export interface Ignored {
  readonly reason: string;
  readonly ref?: ObjectRef;
  readonly messageId?: string;
}

/** Part of an event that cannot be understood; the others go on. */
export interface Rejected {
  readonly error: SluiceError;
  readonly messageId?: string;
}

export type Command =
  /** Probe everything the rule needs, from inside the function. */
  | { readonly sluice: 'check' }
  /** Take the dead letters through the query once more; or only count (`dryRun`); all of them (`again`). */
  | { readonly sluice: 'replay'; readonly dryRun: boolean; readonly again: boolean }
  /** Export one object. */
  | {
      readonly sluice: 'export';
      readonly ref: ObjectRef;
      /** Although it is done: from its first byte. */
      readonly again: boolean;
      /** Although it stands still: from where it stands. */
      readonly resume?: true;
    }
  /** Go on with one. */
  | { readonly sluice: 'continue'; readonly ref: ObjectRef; readonly continuation: Continuation };

/** What a function is to do. */
export type Trigger =
  | {
      readonly kind: 'objects';
      readonly objects: readonly ObjectEvent[];
      readonly ignored: readonly Ignored[];
      readonly rejected: readonly Rejected[];
    }
  | { readonly kind: 'command'; readonly command: Command }
  /** S3 says that a notification was set up. */
  | { readonly kind: 'test'; readonly reason: string };
