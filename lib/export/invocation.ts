import type { ParkedEvents } from '../ledger/parked.ts';
import type { ExportBundle } from '../rule/schema.ts';
import type { SecretStore } from '../secret/index.ts';
import type { Journal } from '../telemetry/journal.ts';
import type { FailedQueue } from './failed-queue.ts';
import type { ExportInstance } from './instance.ts';
import type { Relay } from './plan.ts';

/** One invocation of the deployed function. */
export interface Invocation {
  readonly bundle: ExportBundle;
  readonly secrets: SecretStore;
  readonly journal: Journal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly requestId: string;
  readonly deadline: number;
  /** Opens the rule's connections, or hands on those that are open. */
  readonly instance: () => Promise<ExportInstance>;
  /** How objects are handed on. Left out, with `later`, on a machine where nobody would go on with them. */
  readonly relay?: Relay;
  readonly later?: Later;
}

/** What becomes of events that cannot be carried out now. */
export interface Later {
  /** The queue of failed events (see failedQueueName), which this function is invoked by as well. */
  readonly queueName: string;
  readonly queue: Pick<FailedQueue, 'postpone'>;
  readonly parked: Pick<ParkedEvents, 'put'>;
}
