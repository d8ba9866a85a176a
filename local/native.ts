/** The parts as processes of this machine. */
import { setTimeout as delay } from 'node:timers/promises';
import { kafka } from './kafka.ts';
import { localstack } from './localstack.ts';
import { ministack } from './ministack.ts';
import { logFile, type NativePart, type PartContext, type PartName, StackFailure } from './part.ts';
import { takenPorts } from './port-owner.ts';
import { postgres } from './postgres.ts';
import { missing } from './prerequisite.ts';
import { isRunning, type ProcessReference, stop, tail } from './process.ts';
import { redis } from './redis.ts';
import type { Runtime } from './runtime.ts';
import { removeScratch } from './scratch.ts';

const PARTS: Readonly<Partial<Record<PartName, NativePart>>> = { kafka, aws: ministack, localstack, postgres, redis };

function definition(part: PartName): NativePart {
  const found = PARTS[part];
  if (found === undefined) {
    throw new StackFailure(
      `${part} cannot run as a process of this machine.`,
      'Start a Docker engine, or set TDENGINE_URL to a server of yours.',
    );
  }
  return found;
}

export const native: Runtime = {
  containers: false,
  has: (part) => PARTS[part] !== undefined,
  title: (part) => PARTS[part]?.title ?? part,

  async obstacle(parts, context) {
    const lists = await Promise.all(parts.map((part) => definition(part).prerequisites(context)));
    return (await missing(lists.flat())) ?? (await takenPorts(parts, context.ports));
  },

  install: (part, context) => definition(part).install(context),

  async start(part, context, launched) {
    const reference = await definition(part).launch(context);
    launched(reference);
    await untilHealthy(part, context, reference);
  },

  async ready(part, context, running) {
    if (running.process !== undefined) await untilHealthy(part, context, running.process);
  },

  isRunning: async (_part, _context, { process }) => process !== undefined && (await isRunning(process)),
  healthy: (part, context) => definition(part).healthy(context),

  async stop(part, _context, running, abruptly) {
    if (running.process === undefined) return;
    const { stop: gently } = definition(part);
    await stop(running.process, abruptly ? { signal: 'SIGKILL', graceMs: gently.graceMs } : gently);
  },

  discard: (parts, context) => removeScratch(context.folder, parts),
};

async function untilHealthy(part: PartName, context: PartContext, reference: ProcessReference): Promise<void> {
  const { readyWithinMs, title, healthy } = definition(part);
  const deadline = Date.now() + readyWithinMs;
  while (!(await healthy(context))) {
    const alive = await isRunning(reference);
    if (alive && Date.now() < deadline) {
      await delay(100);
      continue;
    }
    await stop(reference, { signal: 'SIGKILL', graceMs: 5_000 });
    const log = logFile(context.folder, part);
    throw new StackFailure(
      `${title} ${alive ? `did not answer within ${readyWithinMs / 1000} s` : 'ended while it started'}; the end of its log:\n${await tail(log)}`,
      `Read ${log}; then \`npm run stack -- down\` and \`up\` again, which begins with empty data.`,
    );
  }
}
