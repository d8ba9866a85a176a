import type { BackfillTally } from '../export/backfill.ts';
import type { Extent } from './backfill.ts';
import { progressLine } from './backfill-text.ts';
import type { Context } from './command.ts';

/** How often progress is told where there is no screen to draw on. */
const TOLD_EVERY_MS = 10_000;
/** How often it is drawn on a screen. */
const DRAWN_EVERY_MS = 200;
/** What is left is judged by what was done lately: objects that were exported before pass quickly. */
const WINDOW_MS = 30_000;

/** How much was done at a moment, in milliseconds since 1970. */
interface Sample {
  readonly at: number;
  readonly share: number;
  readonly sent: number;
}

/** Tells how far a backfill is: one line that changes on a screen, else a line every few seconds. */
export class Progress {
  readonly #context: Pick<Context, 'terminal' | 'clock'>;
  readonly #extent: Extent;
  readonly #samples: Sample[];
  #shownAt: number;

  constructor(context: Pick<Context, 'terminal' | 'clock'>, extent: Extent) {
    this.#context = context;
    this.#extent = extent;
    this.#shownAt = context.clock();
    this.#samples = [{ at: this.#shownAt, share: 0, sent: 0 }];
  }

  show(so: BackfillTally): void {
    const { clock, terminal } = this.#context;
    const now = clock();
    if (now - this.#shownAt < (terminal.live ? DRAWN_EVERY_MS : TOLD_EVERY_MS)) return;
    this.#shownAt = now;
    const line = progressLine(this.#extent, so, this.#pace(now, so));
    if (terminal.live) terminal.draw(line);
    else terminal.err(line);
  }

  say(text: string): void {
    this.#context.terminal.err(text);
  }

  end(): void {
    this.#context.terminal.draw(undefined);
  }

  #pace(at: number, so: BackfillTally) {
    const samples = this.#samples;
    const share = shareOf(this.#extent, so);
    samples.push({ at, share, sent: so.sent });
    while (samples.length > 2 && at - samples[0]!.at > WINDOW_MS) samples.shift();
    const first = samples[0]!;
    const ms = Math.max(1, at - first.at);
    const done = share - first.share;
    return {
      share,
      recordsPerSecond: ((so.sent - first.sent) / ms) * 1000,
      ...(done > 0 && { leftMs: ((1 - share) / done) * ms }),
    };
  }
}

/** An object costs its bytes, and as much again as a small one for being opened. */
const OPENING_BYTES = 64 * 1024;

function shareOf(extent: Extent, { objects, bytes }: BackfillTally): number {
  const whole = extent.bytes + extent.objects * OPENING_BYTES;
  return whole === 0 ? 1 : Math.min(1, (bytes + objects * OPENING_BYTES) / whole);
}
