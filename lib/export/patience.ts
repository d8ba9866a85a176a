import { SluiceError } from '../failure/index.ts';
import { runError } from '../telemetry/run-record.ts';
import type { RunPorts } from './plan.ts';
import type { Tally } from './tally.ts';

/** The first and the longest pause between attempts to reach what is away, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** The growing pauses of one run: each failure that is waited out is an incident of it. */
export class Patience {
  readonly #ports: Pick<RunPorts, 'clock' | 'pause'>;
  readonly #tally: Pick<Tally, 'incident'>;
  readonly #giveUpAt: number;

  /** @param giveUpAt clock time after which no further attempt is made. */
  constructor(ports: Pick<RunPorts, 'clock' | 'pause'>, tally: Pick<Tally, 'incident'>, giveUpAt: number) {
    this.#ports = ports;
    this.#tally = tally;
    this.#giveUpAt = giveUpAt;
  }

  /**
   * Tries again while the failure may pass and time is left, else throws it.
   *
   * @param mayPass narrows further which failures are worth another attempt.
   */
  async attempt<T>(work: () => Promise<T>, mayPass: (error: SluiceError) => boolean = () => true): Promise<T> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await work();
      } catch (error) {
        const again = error instanceof SluiceError && error.retryable && mayPass(error);
        if (!again || this.#ports.clock() + pause >= this.#giveUpAt) throw error;
        this.#tally.incident(runError(error));
        await this.#ports.pause(pause);
      }
    }
  }
}
