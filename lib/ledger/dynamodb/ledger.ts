import type { Ledger, LedgerObject, LedgerPorts, Opening, Scope, StoppedObject } from '../contract.ts';
import { notDone, notStopped } from '../failure.ts';
import { settled, type Write } from '../item.ts';
import { newLane } from '../lane.ts';
import { laneId, objectId } from '../names.ts';
import { patiently } from '../patience.ts';
import type { Outcome } from './course.ts';
import { LaneRun, type RunPorts, type Seat } from './run.ts';
import type { ItemStore } from './store.ts';

export interface DynamoLedgerOptions extends LedgerPorts {
  readonly scope: Scope;
  readonly store: ItemStore;
  /** How long a finished object is remembered. */
  readonly rememberMs: number;
  /** After how long without a sign of life others may try to take an object. Default: a minute. */
  readonly leaseMs?: number;
  /** How long a broker that is not ready is waited for while an object is opened. Default: half a minute. */
  readonly patienceMs?: number;
}

/** `ledger: dynamodb`. One serves one instance; objects may be open side by side, each in a lane of its own. */
export function createDynamoLedger(options: DynamoLedgerOptions): Ledger {
  return new DynamoLedger(options);
}

class DynamoLedger implements Ledger {
  readonly #options: DynamoLedgerOptions;
  readonly #store: ItemStore;
  readonly #run: RunPorts;
  /** Lanes whose every answer was good, waiting for an object. */
  readonly #idle: Seat[] = [];
  /** Claims under which this instance gave objects up after a failure, by object: it need not wait for their leases. */
  readonly #abandoned = new Map<string, string>();

  constructor(options: DynamoLedgerOptions) {
    const { store, channels, clock, pause, random, rememberMs, leaseMs = 60_000 } = options;
    this.#options = options;
    this.#store = store;
    this.#run = { channels, clock, pause, random, rememberMs, leaseMs, store, closed: () => undefined };
  }

  open(object: LedgerObject): Promise<Opening> {
    const { clock, patienceMs = 30_000 } = this.#options;
    const until = clock() + patienceMs;
    // Each attempt that failed has dropped its lane; the next one makes another.
    return patiently(this.#options, until, () => this.#attempt(object, until));
  }

  async resume(object: LedgerObject): Promise<void> {
    const item = await this.#store.read(object);
    if (item?.state !== 'stopped') throw notStopped(item?.state);
    const now = await this.#write(object, { kind: 'resume', seen: item, claim: this.#options.random() });
    if (now !== undefined && now !== 'stopped') throw notStopped(now);
  }

  async again(object: LedgerObject): Promise<void> {
    const item = await this.#store.read(object);
    if (item === undefined) return;
    if (item.state !== 'done') throw notDone(item.state);
    const now = await this.#write(object, { kind: 'again', seen: item, claim: this.#options.random() });
    if (now !== undefined && now !== 'done') throw notDone(now);
  }

  stopped(): AsyncIterable<StoppedObject> {
    return this.#store.stopped();
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ channel }) => channel.drop()));
  }

  async #attempt(object: LedgerObject, until: number): Promise<Opening> {
    const id = objectId(this.#options.scope, object);
    const closed = (outcome: Outcome, seat: Seat, claim: string) => {
      if (outcome.kind === 'failed') this.#abandoned.set(id, claim);
      else this.#abandoned.delete(id);
      // A lane that was never connected has a channel that costs nothing, and is kept as well.
      if (seat.lane.life !== 'dropped') this.#idle.push(seat);
    };
    const run = new LaneRun({ ...this.#run, closed }, object, this.#seat(), until, this.#abandoned.get(id));
    const outcome = await run.open();
    return outcome === undefined ? { kind: 'open', hold: run } : openingOf(outcome);
  }

  #seat(): Seat {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const { scope, channels, random } = this.#options;
    const lane = newLane(laneId(scope, random()));
    return { lane, channel: channels(lane.id) };
  }

  /** Undefined if it was carried out; else the state that was in its way, where there still is an item. */
  async #write(object: LedgerObject, write: Write) {
    const written = settled(write, await this.#store.write(object, write));
    return written.ok ? undefined : written.item?.state;
  }
}

function openingOf(outcome: Outcome): Opening {
  switch (outcome.kind) {
    case 'busy':
      return outcome;
    case 'done': {
      const { finished = 0, at, counts } = outcome.item;
      return { kind: 'done', finished, position: { byte: at, counts } };
    }
    case 'stopped': {
      const { since = 0, reason = { code: 'Unknown', reason: 'no reason was kept' }, at, counts } = outcome.item;
      return { kind: 'stopped', since, reason, position: { byte: at, counts } };
    }
    case 'ended':
    case 'taken':
    case 'failed':
      throw new TypeError(`opening an object cannot end as ${outcome.kind}`);
  }
}
