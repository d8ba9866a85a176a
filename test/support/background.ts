import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A program that runs beside the test. */
export class Background {
  output = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += chunk));
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Resolves when it has written this. Throws, with all that it wrote, when it ends before or takes too long. */
  async wrote(pattern: RegExp, withinMs = 60_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let look = () => {};
    const found = new Promise<true>((resolve) => {
      look = () => pattern.test(this.output) && resolve(true);
      this.#child.stdout.on('data', look);
      this.#child.stderr.on('data', look);
      look();
    });
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), withinMs)));
    try {
      if (await Promise.race([found, late, this.#ended.then(() => false)])) return;
      throw new Error(`it did not write ${pattern}, but:\n${this.output}`);
    } finally {
      clearTimeout(timer);
      this.#child.stdout.off('data', look);
      this.#child.stderr.off('data', look);
    }
  }

  /** Ends it in its own time, and resolves when it is gone. */
  async stop(withinMs = 10_000): Promise<void> {
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
