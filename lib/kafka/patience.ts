import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../failure/index.ts';

const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 1_000;
const PATIENCE = 10_000;

/**
 * Asks again, with growing pauses and for some seconds, while a coordinator is starting, moving or settling a transaction:
 * kafkajs repeats some requests then, and others not. `attempt` throws SluiceErrors; only `BrokerNotReady` is waited out.
 */
export async function untilReady<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      const passes = error instanceof SluiceError && error.code === 'BrokerNotReady';
      if (!passes || performance.now() + pause > end) throw error;
      await sleep(pause);
    }
  }
}
