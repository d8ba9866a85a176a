import { isNotReady } from './failure.ts';

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

export interface Patience {
  readonly clock: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Asks again, with growing pauses, while the broker is not ready and `until` (milliseconds since 1970) is not reached. */
export async function patiently<T>({ clock, pause }: Patience, until: number, attempt: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isNotReady(error) || clock() + wait > until) throw error;
      await pause(wait);
    }
  }
}
