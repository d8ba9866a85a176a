import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { accessLogBytes } from '../../local/access-log.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Stack, StackFailure } from '../../local/stack.ts';
import { bundled } from '../ground/bundled.ts';
import { onStack, say } from '../ground/on-stack.ts';
import type { Job, Outcome } from './job.ts';
import { type Line, printTable } from './table.ts';

const WARM_UP_ROWS = 30_000;

export interface Benchmark {
  /** Of the access log, about 310 bytes each. */
  readonly rows: number;
  readonly parts: Parameters<Stack['up']>[0];
  /** Printed first. `size`: of the file, in bytes. */
  readonly head: (size: number) => string;
  readonly jobs: (file: string, endpoints: Endpoints) => Iterable<Work>;
}

export interface Work extends Pick<Line, 'group' | 'target'> {
  readonly job: Job;
}

/** Runs jobs one after the other, each in a process of its own, and ends this one with 0 if all gave the same rows. */
export function main(benchmark: Benchmark): void {
  carryOut(benchmark).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.exitCode = 2;
      if (error instanceof Error && error.name === 'AbortError') return;
      console.error(error instanceof StackFailure ? `${error.message}\n${error.fix}` : error);
    },
  );
}

async function carryOut({ rows, parts, head, jobs }: Benchmark): Promise<number> {
  // Whoever loses patience leaves no file and no server behind.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { signal } = stop;
  return onStack(parts, async (endpoints, scratch) => {
    const child = await bundled(scratch, 'whole/child.ts');
    const [file, warmUp] = [path.join(scratch, 'access.csv'), path.join(scratch, 'warm-up.csv')];
    await pipeline(accessLogBytes(rows), createWriteStream(file), { signal });
    await pipeline(accessLogBytes(WARM_UP_ROWS, 2), createWriteStream(warmUp), { signal });
    const { size } = await stat(file);
    console.log(head(size));
    const lines: Line[] = [];
    for (const { job, ...line } of jobs(file, endpoints)) {
      say(`${line.group}: ${job.way}`);
      const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify({ job, warmUp })], {
        signal,
      });
      lines.push({ ...line, way: job.way, outcome: JSON.parse(stdout) as Outcome });
    }
    return printTable(lines, rows, size);
  });
}
