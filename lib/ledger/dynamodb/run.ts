import type {
  End,
  Hold,
  LedgerObject,
  LedgerPorts,
  Position,
  RecordSender,
  TransactionalChannel,
} from '../contract.ts';
import { asFailure, takenOver } from '../failure.ts';
import type { Lane } from '../lane.ts';
import { patiently } from '../patience.ts';
import { transact } from '../transaction.ts';
import {
  type Answer,
  answered,
  type Course,
  commit,
  end,
  failed,
  type Outcome,
  type Request,
  request,
  start,
  type Times,
} from './course.ts';
import type { ItemStore } from './store.ts';

/** A lane and the channel that it is connected by. */
export interface Seat {
  readonly lane: Lane;
  readonly channel: TransactionalChannel;
}

export interface RunPorts extends LedgerPorts {
  readonly store: ItemStore;
  readonly leaseMs: number;
  readonly rememberMs: number;
  /** Told how it ended, once. */
  readonly closed: (outcome: Outcome, seat: Seat, claim: string) => void;
}

const NOTHING = async () => undefined;

/** One object's course, carried out: asks what the course asks, and tells it the answers. */
export class LaneRun implements Hold {
  readonly endsApart = true;
  readonly #ports: RunPorts;
  readonly #object: LedgerObject;
  readonly #channel: TransactionalChannel;
  /** Under which claim this instance gave the object up before, if it did. */
  readonly #abandoned: string | undefined;
  /** Until when a broker that is not ready is waited for, while the object is being opened. */
  readonly #patience: number;
  #course: Course;
  #position: Position = { byte: 0, counts: {} };
  #settling: TransactionalChannel | undefined;
  #failure: unknown;
  #leaseWritten = 0;
  #beat: Promise<void> = Promise.resolve();

  constructor(ports: RunPorts, object: LedgerObject, seat: Seat, patience: number, abandoned: string | undefined) {
    this.#ports = ports;
    this.#object = object;
    this.#channel = seat.channel;
    this.#patience = patience;
    this.#abandoned = abandoned;
    this.#course = start(seat.lane, ports.random());
  }

  /** Resolves when the object is held (undefined), or with what is said of it instead. */
  async open(): Promise<Outcome | undefined> {
    await this.#advance(NOTHING);
    const { phase } = this.#course;
    return phase.at === 'closed' ? phase.outcome : undefined;
  }

  get position(): Position {
    return this.#position;
  }

  oversized: Hold['oversized'] = (batch, source) => this.#channel.oversized(batch, source);

  prepare: Hold['prepare'] = (batch, source) => this.#channel.prepare(batch, source);

  async commit(to: Position, send: (sender: RecordSender) => Promise<void>, last?: End): Promise<void> {
    this.#guard();
    this.#course = commit(this.#course, to);
    await this.#advance(send);
    if (last !== undefined) await this.end(to, last);
  }

  async end(at: Position, how: End): Promise<void> {
    this.#guard();
    this.#course = end(this.#course, at, how);
    // A heartbeat that is still under way would set the lease of an item that was just released.
    await this.#beat;
    await this.#advance(NOTHING);
  }

  async heartbeat(): Promise<void> {
    this.#guard();
    const { clock, leaseMs } = this.#ports;
    if (clock() - this.#leaseWritten < leaseMs / 3) return;
    this.#beat = this.#renew();
    await this.#beat;
    this.#guard();
  }

  /** Never throws: whoever waits for the course hears of the failure. */
  async #renew(): Promise<void> {
    const { store, clock } = this.#ports;
    const { lease } = this.#times();
    this.#leaseWritten = clock();
    try {
      const { ok } = await store.write(this.#object, { kind: 'heartbeat', claim: this.#course.claim, lease });
      if (!ok) await this.#fail(takenOver(), 'taken');
    } catch (error) {
      await this.#fail(error, 'failed');
    }
  }

  async #advance(send: (sender: RecordSender) => Promise<void>): Promise<void> {
    for (;;) {
      this.#guard();
      const next = request(this.#course, this.#times());
      if (next === undefined) break;
      try {
        const answer = await this.#perform(next, send);
        // A heartbeat may have found meanwhile that the object is lost.
        this.#guard();
        this.#course = answered(this.#course, answer);
      } catch (error) {
        const failure = asFailure(error);
        await this.#fail(failure, failure === error ? 'failed' : 'taken');
        throw this.#failure;
      }
    }
    const { phase } = this.#course;
    if (phase.at === 'holding') this.#position = phase.position;
    if (phase.at !== 'closed') return;
    if (phase.outcome.kind === 'taken') {
      await this.#fail(takenOver(), 'taken');
      throw this.#failure;
    }
    this.#close(phase.outcome);
  }

  async #perform(asked: Request, send: (sender: RecordSender) => Promise<void>): Promise<Answer> {
    const { store, clock } = this.#ports;
    switch (asked.kind) {
      case 'read': {
        const item = await store.read(this.#object);
        const abandoned = this.#abandoned;
        return { kind: 'item', item, now: clock(), ...(abandoned !== undefined && { abandoned }) };
      }
      case 'write': {
        const { write } = asked;
        this.#leaseWritten = clock();
        return { kind: 'written', write, written: await store.write(this.#object, write), now: clock() };
      }
      case 'look':
        return { kind: 'offset', offset: await this.#look() };
      case 'connect':
        await this.#channel.connect();
        break;
      case 'greet':
        await this.#channel.begin();
        await this.#channel.sendOffsets(asked.n, '');
        await this.#channel.commit();
        break;
      case 'fence':
        await patiently(this.#ports, this.#patience, () => this.#fence(asked.lane));
        break;
      default:
        await transact(this.#channel, asked, send);
    }
    return { kind: 'good' };
  }

  async #fence(lane: string): Promise<void> {
    const channel = this.#ports.channels(lane);
    try {
      await channel.connect();
    } catch (error) {
      await channel.drop();
      throw error;
    }
    this.#settling = channel;
  }

  async #look(): Promise<number | undefined> {
    const channel = this.#settling;
    if (channel === undefined) throw new TypeError('a lane is read before it is fenced');
    try {
      const checkpoint = await patiently(this.#ports, this.#patience, () => channel.readOffset());
      return checkpoint?.offset;
    } finally {
      this.#settling = undefined;
      await channel.drop();
    }
  }

  #times(): Times {
    const { clock, leaseMs, rememberMs } = this.#ports;
    const now = clock();
    return { now, lease: now + leaseMs, expires: Math.ceil((now + rememberMs) / 1000) };
  }

  #guard(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #fail(error: unknown, outcome: 'failed' | 'taken'): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#course = failed(this.#course, outcome);
    this.#close({ kind: outcome });
    await this.#channel.drop();
  }

  #close(outcome: Outcome): void {
    const { lane, claim } = this.#course;
    this.#ports.closed(outcome, { lane, channel: this.#channel }, claim);
  }
}
