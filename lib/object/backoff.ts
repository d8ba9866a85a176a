import { setTimeout as sleep } from 'node:timers/promises';

/** Waits before attempt number `failures` + 1, longer each time. Rejects with the signal's reason as soon as it is aborted. */
export type Backoff = (failures: number, signal: AbortSignal) => Promise<void>;

/** 50–100 ms after the first failure, twice as long after each further one, 5 s at most. Half of it is random, so that parts which failed together do not come back together. */
export const exponentialBackoff: Backoff = async (failures, signal) => {
  const longest = Math.min(5_000, 50 * 2 ** failures);
  try {
    await sleep(longest / 2 + (Math.random() * longest) / 2, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};
