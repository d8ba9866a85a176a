import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { converse } from '../../local/probe.ts';

/** A server that runs beside the test. */
export class Background {
  output = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += chunk));
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Resolves when it takes connections there. Throws, with all that it wrote, when it ends before or takes too long. */
  async answersAt(port: number, withinMs = 90_000): Promise<void> {
    for (const until = Date.now() + withinMs; (await converse(port)) === undefined; await sleep(100)) {
      const { exitCode, signalCode } = this.#child;
      if (exitCode === null && signalCode === null && Date.now() < until) continue;
      throw new Error(`it does not answer at ${port} (exit code ${exitCode}), and wrote:\n${this.output}`);
    }
  }

  /** Ends it in its own time, or else at once, and resolves when it is gone. */
  async stop(withinMs = 10_000): Promise<void> {
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
