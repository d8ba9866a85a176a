import type { SluiceError } from '../failure/index.ts';
import type { Limiter } from '../limit/contract.ts';
import type { PreparedSelect } from '../select/contract.ts';
import type { RunPorts } from './plan.ts';
import { outOfTime } from './reading.ts';
import { type Pace, restSeconds, secondsAway } from './starved.ts';
import type { Tally } from './tally.ts';

/** Kept before the deadline for what is under way, for handing on and for the run record, in milliseconds … */
const MARGIN = 10_000;
/** … or so much of a time that is short. */
const SHARE = 0.2;

/** Before a run's pace is known, it is one request ahead. */
const PACE_MS = 100;
const UNPACED_BYTES = 8 * 1024 * 1024;

/** When a run that begins now is to leave. All in milliseconds since 1970. */
export function leavingAt(deadline: number, now: number): number {
  return deadline - Math.max(0, Math.min(MARGIN, (deadline - now) * SHARE));
}

export interface Leave {
  /** Through the queue, after so many seconds. Left out: at once. */
  readonly afterSeconds?: number;
}

/** When a run leaves its object to the next one. */
export class Departure {
  /** Clock time from which no further batch is begun. */
  readonly at: number;
  /** Ends waits for the rate that would outlast the function. Its reason is what `take` throws then. */
  readonly signal: AbortSignal;
  /**
   * Rejects at the last moment in which a run can still be told of: something hangs, a client that tries again for longer
   * than there is time. What is under way then may come to its end unheard; the ledger keeps it from doing harm.
   */
  readonly tooLate: Promise<never>;
  readonly #clock: () => number;
  readonly #limiter: Limiter;
  /** Whether leaving before its time is of any use. */
  readonly #mayRest: boolean;
  readonly #tally: Tally;
  readonly #begun: number;
  readonly #timers: readonly NodeJS.Timeout[];
  #startMs: number | undefined;

  /** @param deadline milliseconds since 1970, after which this process may be gone. */
  constructor(
    deadline: number,
    { clock, limiter, relay }: Pick<RunPorts, 'clock' | 'limiter' | 'relay'>,
    select: PreparedSelect,
    tally: Tally,
  ) {
    this.#clock = clock;
    this.#limiter = limiter;
    this.#mayRest = relay !== undefined && !select.aggregate;
    this.#tally = tally;
    this.#begun = clock();
    this.at = leavingAt(deadline, this.#begun);
    const controller = new AbortController();
    this.signal = controller.signal;
    const until = (time: number, then: (reason: SluiceError) => void) =>
      setTimeout(() => then(outOfTime(select, tally.position)), Math.max(0, time - this.#begun)).unref();
    const margin = deadline - this.at;
    const waits = until(this.at + margin / 2, (reason) => controller.abort(reason));
    let timers = [waits];
    this.tooLate = new Promise<never>((_, reject) => {
      timers = [...timers, until(deadline - margin / 5, reject)];
    });
    this.tooLate.catch(() => undefined);
    this.#timers = timers;
  }

  /** Asked after each batch. */
  due(): Leave | undefined {
    const now = this.#clock();
    this.#startMs ??= now - this.#begun;
    if (now >= this.at) return this.#after(restSeconds(this.#pace(now)));
    if (!this.#mayRest) return undefined;
    const away = secondsAway(this.#pace(now));
    return away === undefined ? undefined : this.#after(away);
  }

  /** How many bytes more this run may get through, at its pace so far. */
  ahead(): number {
    const { bytesIn } = this.#tally;
    const now = this.#clock();
    const elapsed = now - this.#begun;
    return elapsed < PACE_MS ? UNPACED_BYTES : Math.max(0, this.at - now) * (bytesIn / elapsed);
  }

  /** Whether that is the end of a wait that `signal` ended. */
  ended(error: unknown): boolean {
    return this.signal.aborted && error === this.signal.reason;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(seconds: number | undefined): Leave {
    return seconds === undefined ? {} : { afterSeconds: seconds };
  }

  #pace(now: number): Pace {
    const { throttledMs, bytesIn, position, rereads } = this.#tally;
    const elapsedMs = now - this.#begun;
    const perByte = (elapsedMs - throttledMs) / Math.max(1, bytesIn);
    return {
      elapsedMs,
      throttledMs,
      leftMs: Math.max(0, this.at - now),
      returnMs: Math.max(this.#startMs ?? 0, rereads ? perByte * position : 0),
      fillMs: this.#limiter.fillMs,
      share: this.#share(elapsedMs / 1000),
      chance: Math.random(),
    };
  }

  #share(seconds: number): number {
    const { maxRecords, maxBytes } = this.#limiter;
    const { passedRecords, passedBytes } = this.#tally;
    return Math.max(passedRecords / (maxRecords * seconds), passedBytes / (maxBytes * seconds));
  }
}
