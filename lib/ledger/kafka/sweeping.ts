import { SluiceError } from '../../failure/index.ts';
import type { GroupDirectory, Ledger, Scope } from '../contract.ts';
import { sweep } from './sweep.ts';

export interface SweepingOptions {
  readonly directory: GroupDirectory;
  readonly scope: Scope;
  readonly dedupeMs: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** From 0 up to, not including, 1. */
  readonly chance: () => number;
}

/** How often an instance sweeps, in milliseconds, and how many groups it looks at each time: some hundred milliseconds. */
export const SWEEP_EVERY = 10 * 60_000;
export const SWEEP_LIMIT = 300;

/**
 * The ledger, sweeping now and then before it opens an object: there is nobody else to do it, and a function has no time of
 * its own between its runs. Each instance begins at a random moment of the interval and at a random group, so that many of
 * them do not all do the same. What cannot be swept now is swept later: no run fails for it.
 */
export function sweeping(ledger: Ledger, { directory, scope, dedupeMs, clock, chance }: SweepingOptions): Ledger {
  let next = clock() + chance() * SWEEP_EVERY;

  async function sweepIfDue(): Promise<void> {
    const now = clock();
    if (now < next) return;
    next = now + SWEEP_EVERY;
    try {
      await sweep(directory, scope, dedupeMs, now, { limit: SWEEP_LIMIT, start: chance() });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
    }
  }

  return {
    async open(object) {
      await sweepIfDue();
      return ledger.open(object);
    },
    resume: (object) => ledger.resume(object),
    again: (object) => ledger.again(object),
    stopped: () => ledger.stopped(),
    close: () => ledger.close(),
  };
}
