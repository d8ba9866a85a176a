import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Endpoints } from '../../local/endpoints.ts';
import { Stack } from '../../local/stack.ts';

export const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** With these parts of the local stack up and a folder of its own. What was up before stays up; all else goes again. */
export async function onStack<T>(
  parts: Parameters<Stack['up']>[0],
  work: (endpoints: Endpoints, scratch: string) => Promise<T>,
): Promise<T> {
  const stack = new Stack();
  const { endpoints, started } = await stack.up(parts, (text, part) => say(`${part ?? 'stack'} ${text}`));
  const scratch = await mkdtemp(path.join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(endpoints, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    if (started.length > 0) await stack.down(started);
  }
}

/** Ends the process with 0 if the target was held, 1 if not, 2 if there was no telling. */
export function judge(work: Promise<boolean>): void {
  work.then(
    (held) => {
      process.exitCode = held ? 0 : 1;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 2;
    },
  );
}
