import type {
  End,
  Hold,
  LedgerObject,
  LedgerPorts,
  Position,
  RecordSender,
  TransactionalChannel,
} from '../contract.ts';
import { asFailure } from '../failure.ts';
import { transact } from '../transaction.ts';
import {
  type Answer,
  answered,
  type Course,
  commit,
  failed,
  leave,
  type Outcome,
  type Request,
  request,
  start,
} from './course.ts';
import { checkpointOf, type Mark } from './metadata.ts';
import { isFresh } from './sweep.ts';

const NOTHING = async () => undefined;

/** One object's course, carried out over its own channel, which is dropped when the course is over. */
export class GroupRun implements Hold {
  readonly endsApart = false;
  readonly #clock: LedgerPorts['clock'];
  readonly #object: LedgerObject;
  readonly #channel: TransactionalChannel;
  readonly #dedupeMs: number;
  #course: Course = start();
  #position: Position = { byte: 0, counts: {} };
  #failure: unknown;

  constructor(clock: LedgerPorts['clock'], object: LedgerObject, channel: TransactionalChannel, dedupeMs: number) {
    this.#clock = clock;
    this.#object = object;
    this.#channel = channel;
    this.#dedupeMs = dedupeMs;
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
    if (last?.kind === 'released') {
      await this.commit(to, send);
      return this.end(to, last);
    }
    this.#course = commit(this.#course, to, last);
    await this.#advance(send);
  }

  async end(at: Position, how: End): Promise<void> {
    this.#guard();
    if (how.kind !== 'released') return this.commit(at, NOTHING, how);
    if (at.byte > this.position.byte) await this.commit(at, NOTHING);
    this.#course = leave(this.#course);
    await this.#channel.drop();
  }

  /** Nobody waits for a lease here: a newer run fences an older one. */
  async heartbeat(): Promise<void> {
    this.#guard();
  }

  async #advance(send: (sender: RecordSender) => Promise<void>): Promise<void> {
    try {
      for (;;) {
        const next = request(this.#course, this.#clock());
        if (next === undefined) break;
        this.#course = answered(this.#course, await this.#perform(next, send));
      }
    } catch (error) {
      this.#failure = asFailure(error);
      this.#course = failed();
    }
    const { phase } = this.#course;
    if (phase.at === 'holding') this.#position = phase.position;
    if (phase.at === 'closed') await this.#channel.drop();
    this.#guard();
  }

  async #perform(asked: Request, send: (sender: RecordSender) => Promise<void>): Promise<Answer> {
    switch (asked.kind) {
      case 'connect':
        await this.#channel.connect();
        break;
      case 'look': {
        const checkpoint = await this.#channel.readOffset();
        const fresh = isFresh(this.#object.lastModified, this.#dedupeMs, this.#clock());
        return { kind: 'checkpoint', checkpoint, fresh };
      }
      case 'offsets':
        await transact(this.#channel, { kind: 'offsets', ...checkpointOf(this.#named(asked.mark)) }, send);
        break;
      default:
        await transact(this.#channel, asked, send);
    }
    return { kind: 'good' };
  }

  /** A group's name tells nobody which object it is of: what stands still says it. */
  #named(mark: Mark): Mark {
    if (mark.state !== 'stopped') return mark;
    const { bucket, key, version } = this.#object;
    return { ...mark, object: { bucket, key, version } };
  }

  #guard(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
