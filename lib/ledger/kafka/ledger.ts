import type {
  Checkpoint,
  GroupDirectory,
  Ledger,
  LedgerObject,
  LedgerPorts,
  Opening,
  Scope,
  StoppedObject,
  TransactionalChannel,
} from '../contract.ts';
import { asFailure, notDone, notStopped, objectTooOld } from '../failure.ts';
import { objectId } from '../names.ts';
import { patiently } from '../patience.ts';
import type { Outcome } from './course.ts';
import { checkpointOf, type Mark, markOf } from './metadata.ts';
import { GroupRun } from './run.ts';
import { isFresh, stoppedGroups } from './sweep.ts';

export interface GroupLedgerOptions extends LedgerPorts {
  readonly scope: Scope;
  readonly directory: GroupDirectory;
  /** How long a finished object is known. */
  readonly dedupeMs: number;
  /** How long a broker that is not ready is waited for while an object is opened. Default: half a minute. */
  readonly patienceMs?: number;
}

/** `ledger: kafka`: each object has its own transactional id and group. Whoever opens an object fences whoever had it. */
export function createGroupLedger(options: GroupLedgerOptions): Ledger {
  return new GroupLedger(options);
}

class GroupLedger implements Ledger {
  readonly #options: GroupLedgerOptions;

  constructor(options: GroupLedgerOptions) {
    this.#options = options;
  }

  async open(object: LedgerObject): Promise<Opening> {
    const { clock, dedupeMs } = this.#options;
    if (!isFresh(object.lastModified, dedupeMs, clock())) await this.#refuseUnknown(object);
    // A new producer of the same id each time: it connects, and reads again.
    return this.#patiently(async () => {
      const run = new GroupRun(clock, object, this.#channel(object), dedupeMs);
      const outcome = await run.open();
      return outcome === undefined ? { kind: 'open', hold: run } : this.#openingOf(outcome, object);
    });
  }

  resume(object: LedgerObject): Promise<void> {
    return this.#rewrite(object, (mark) => {
      if (mark?.state !== 'stopped') throw notStopped(mark?.state);
      return mark.position;
    });
  }

  again(object: LedgerObject): Promise<void> {
    return this.#rewrite(object, (mark) => {
      if (mark !== undefined && mark.state !== 'done') throw notDone(mark.state);
      return { byte: 0, counts: {} };
    });
  }

  stopped(): AsyncIterable<StoppedObject> {
    return stoppedGroups(this.#options.directory, this.#options.scope);
  }

  async close(): Promise<void> {
    // Each channel belongs to a hold, and goes with it.
  }

  /** An old object of which nothing is known is refused before it is connected: that would cost the broker an id for each. */
  async #refuseUnknown(object: LedgerObject): Promise<void> {
    const { scope, directory, dedupeMs } = this.#options;
    const checkpoint = await this.#patiently(() => directory.read(objectId(scope, object)));
    if (checkpoint === undefined) throw objectTooOld(object.lastModified, dedupeMs);
  }

  /**
   * Commits the object as running from where `from` says. It is asked twice: first without connecting, which would fence a
   * run that is at work, then of what nobody can change any more.
   */
  async #rewrite(object: LedgerObject, from: (mark: Mark | undefined) => Mark['position']): Promise<void> {
    const { scope, directory, clock } = this.#options;
    const judged = (found: Checkpoint | undefined) => from(found === undefined ? undefined : markOf(found));
    judged(await this.#patiently(() => directory.read(objectId(scope, object))));
    await this.#patiently(async () => {
      const channel = this.#channel(object);
      try {
        await channel.connect();
        const position = judged(await channel.readOffset());
        const { offset, metadata } = checkpointOf({ state: 'running', position, time: clock() });
        await channel.begin();
        await channel.sendOffsets(offset, metadata);
        await channel.commit();
      } catch (error) {
        throw asFailure(error);
      } finally {
        await channel.drop();
      }
    });
  }

  #openingOf(outcome: Outcome, object: LedgerObject): Opening {
    switch (outcome.kind) {
      case 'done':
      case 'stopped': {
        const { mark } = outcome;
        const { position, time } = mark;
        if (mark.state === 'stopped') return { kind: 'stopped', since: time, reason: mark.reason, position };
        return { kind: 'done', finished: time, position };
      }
      case 'unknown':
        throw objectTooOld(object.lastModified, this.#options.dedupeMs);
      case 'ended':
      case 'failed':
        throw new TypeError(`opening an object cannot end as ${outcome.kind}`);
    }
  }

  #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const { clock, patienceMs = 30_000 } = this.#options;
    return patiently(this.#options, clock() + patienceMs, attempt);
  }

  #channel(object: LedgerObject): TransactionalChannel {
    return this.#options.channels(objectId(this.#options.scope, object));
  }
}
