import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import { refused } from './exit.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command reads and writes. */
export interface Terminal {
  /** The answer: standard output. */
  out(text: string): void;
  /** Bytes of the answer as they are. Resolves when more may come: whoever writes much waits for it. */
  write(bytes: Uint8Array): Promise<void>;
  /** What is only for a person to see: standard error. */
  err(text: string): void;
  /** Whether standard error is a screen, on which a line may be drawn over. */
  readonly live: boolean;
  /** One line on standard error in place of the one drawn before; undefined takes it away. Nothing where it is not `live`. */
  draw(line: string | undefined): void;
  /** Whether somebody sits there who can be asked. */
  readonly interactive: boolean;
  /** How wide a line on standard output may be; Infinity where it is no terminal. */
  readonly columns: number;
  /** For standard output. */
  readonly colors: Colors;
  /** For standard error. */
  readonly errColors: Colors;
  /** One line from the user, without its end. Throws SluiceError (`Refused`) when there is no answer: Ctrl-C, Ctrl-D. */
  ask(question: string): Promise<string>;
  /** What is piped in. */
  readonly input: AsyncIterable<Uint8Array>;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function processTerminal({ stdin, stdout, stderr }: Streams, env: NodeJS.ProcessEnv): Terminal {
  // A reader that has seen enough (`| head`) closes the pipe: no reason for an error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  let drawn: string | undefined;
  const draw = (line: string | undefined) => {
    const shown = line?.slice(0, (stderr.columns || 80) - 1);
    if (shown === drawn || !stderr.isTTY) return;
    stderr.write(`\r\u001b[K${shown ?? ''}`);
    drawn = shown;
  };
  return {
    out: (text) => void stdout.write(`${text}\n`),
    async write(bytes) {
      if (!stdout.write(bytes)) await once(stdout, 'drain');
    },
    err(text) {
      const under = drawn;
      draw(undefined);
      stderr.write(`${text}\n`);
      draw(under);
    },
    live: stderr.isTTY === true,
    draw,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    // A terminal that does not know how wide it is says 0.
    columns: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    colors: pc.createColors(isColored(stdout, env)),
    errColors: pc.createColors(isColored(stderr, env)),
    input: stdin,
    async ask(question) {
      const prompt = createInterface({ input: stdin, output: stderr });
      const closed = new AbortController();
      prompt.once('close', () => closed.abort());
      try {
        return await prompt.question(question, { signal: closed.signal });
      } catch {
        stderr.write('\n');
        throw refused('nothing was done: the question was left without an answer', 'Start again when you know.');
      } finally {
        prompt.close();
      }
    },
  };
}

/** https://no-color.org: set and not empty, it wins over everything. */
export function isColored(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
