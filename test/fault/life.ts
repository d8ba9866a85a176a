/** One object, from its first run to its last: runs fail on the way, and others come after them, as AWS would try again. */

import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { BrokenOrder } from './broken.ts';
import type { Ended, Exporter, Run } from './exporter.ts';
import type { Ground } from './ground.ts';
import type { Kind } from './object.ts';
import { HELD, type LedgerKind, nameOf } from './points.ts';
import type { Fault, Task } from './task.ts';

/** As many attempts as an object is given without any of them failing on purpose. */
const ATTEMPTS = 20;
/** Each attempt's clock is ahead of the one before by more than a lease. */
const LEASE = 60_000;
const AHEAD = 2 * LEASE;

export interface LifeOptions {
  readonly exporter: Exporter;
  readonly ground: Ground;
  readonly ledger: LedgerKind;
  readonly kind: Kind;
  readonly broken?: BrokenOrder;
  /** A store of one object. Default: the ground's own bucket. */
  readonly store?: { readonly endpoint: string; readonly key: string };
}

export class Life {
  readonly key: string;
  readonly kind: Kind;
  /** What is known of the object by what its runs said. */
  claimed = false;
  hasIntent = false;
  stopped = false;
  done = false;
  /** What became of its runs, for whoever has to find out what went wrong. */
  readonly trail: string[] = [];
  readonly #options: LifeOptions;
  /** Runs that were paused, or that work on while others take the object over. */
  readonly #others: Run[] = [];
  resumed = false;
  #attempts = 0;

  private constructor(key: string, options: LifeOptions) {
    this.key = key;
    this.kind = options.kind;
    this.#options = options;
  }

  static async begin(options: LifeOptions): Promise<Life> {
    return new Life(options.store?.key ?? (await options.ground.put(options.kind)), options);
  }

  /** A run with this fault; whether it met it. */
  async meet(fault: Fault): Promise<boolean> {
    const run = this.#start(fault);
    const met = await run.struck;
    this.trail.push(`${fault.how} ${nameOf(fault)}, skipping ${fault.skip}: ${met ? 'met' : 'not met'}`);
    if (met && fault.how !== 'SIGKILL') {
      this.#others.push(run);
      this.#learn(run);
    } else this.#learn(await run.over);
    return met;
  }

  /** A run that is killed so many milliseconds after it got the object; whether it died between then and its end. */
  async killAfter(ms: number): Promise<boolean> {
    const run = this.#start();
    const held = HELD[this.#options.ledger];
    await run.reached(({ step, mode }) => held.includes(step) && mode === 'after');
    const timer = setTimeout(() => run.signal('SIGKILL'), ms);
    const ended = await run.over;
    clearTimeout(timer);
    this.#learn(ended);
    const isHeld = ended.steps.some(({ step, mode }) => held.includes(step) && mode === 'after');
    const isDone = ended.steps.some(({ step, mode }) => step === 'done' && mode === 'after');
    return ended.record === undefined && isHeld && !isDone;
  }

  /** Runs that nothing is done to, `copies` of them at once: copies of one event see the same clock. */
  async attempt(copies = 1): Promise<void> {
    const runs = Array.from({ length: copies }, () => this.#start(undefined, this.#attempts));
    this.#attempts++;
    for (const ended of await Promise.all(runs.map(({ over }) => over))) this.#learn(ended);
  }

  /** Runs until the object is done, the first `copies` at once; then those that were paused go on, and find it so. */
  async finish(copies = 1): Promise<void> {
    for (let attempt = 0; !this.done; attempt++) {
      if (attempt === ATTEMPTS)
        throw new Error(`${this.key} is not done after ${ATTEMPTS} attempts:\n${this.trail.join('\n')}`);
      await this.attempt(attempt === 0 ? copies : 1);
    }
    await this.wake();
  }

  async wake(): Promise<void> {
    const others = this.#others.splice(0);
    for (const other of others) other.signal('SIGCONT');
    for (const { over } of others) {
      const { record } = await over;
      if (record === undefined) throw new Error(`a run of ${this.key} died`);
      this.trail.push(`one that others had gone past: ${endOf(record)}`);
    }
  }

  #start(fault?: Fault, ahead = this.#attempts++): Run {
    const { exporter, ground, ledger, kind, broken, store } = this.#options;
    const resume = this.stopped;
    this.resumed ||= resume;
    const onError = kind.bad === 'letters' ? 'letters' : this.resumed ? 'discard' : 'retain';
    const task: Task = {
      bundle: ground.rule({ ledger, keyed: kind.keyed, onError, ...(store && { endpoint: store.endpoint }) }),
      aws: ground.servers.aws,
      table: ground.name,
      bucket: ground.name,
      key: this.key,
      aheadMs: ahead * AHEAD,
      // Short enough that a heartbeat is due at each batch.
      leaseMs: fault?.step === 'heartbeat' ? 3 : LEASE,
      leaves: fault?.step === 'release',
      resume,
      ...(fault && { fault }),
      ...(broken && { broken }),
    };
    return exporter.start(task);
  }

  #learn({ steps, record }: Pick<Ended, 'steps' | 'record'>): void {
    const last = steps.at(-1);
    this.trail.push(`behind ${last === undefined ? 'nothing' : nameOf(last)}: ${endOf(record)}`);
    for (const { step, mode } of steps) {
      if (mode !== 'after') continue;
      if (step === 'claim') this.claimed = true;
      if (step === 'intent') this.hasIntent = true;
      if (step === 'release' || step === 'stop') this.hasIntent = false;
    }
    this.stopped = record?.result === 'stopped';
    this.done ||= record?.result === 'done' || record?.error?.code === 'AlreadyExported';
  }
}

function endOf(record: RunRecord | undefined): string {
  return record === undefined ? 'no record' : `${record.result} ${record.error?.code ?? ''} at byte ${record.position}`;
}
