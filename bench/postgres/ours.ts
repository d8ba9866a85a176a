import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Client } from 'pg';
import { SINK_NODE_OPTIONS } from '../../lib/rule/deployment/function.ts';
import type { Polling } from './child.ts';
import { rowsPerSecond, type Task } from './measure.ts';

export interface Measured {
  readonly rate: number;
  /** Of all threads, in seconds. */
  readonly cpu: number;
  /** The most memory that the process held, in bytes. */
  readonly maxRss: number;
}

/** `sluice run` of a rule, in a process of its own, with the options of Node that its function would have. */
export async function sluiceRun(
  program: string,
  client: Client,
  database: URL,
  brokers: readonly string[],
  task: Task,
): Promise<Measured> {
  const argument: Polling = { database: database.href, brokers, ...task };
  const child = spawn(process.execPath, [program, JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: SINK_NODE_OPTIONS },
  });
  const told = text(child.stdout);
  const ended = once(child, 'exit');
  try {
    const rate = await Promise.race([
      rowsPerSecond(client, task),
      ended.then((): never => {
        throw new Error('sluice ended before all rows were there');
      }),
    ]);
    child.kill('SIGTERM');
    await ended;
    return { rate, ...(JSON.parse(await told) as Omit<Measured, 'rate'>) };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
