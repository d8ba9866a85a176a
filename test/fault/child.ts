/** A process that exports one object as a function does, tells each step, and meets its fault. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { exportObject } from '../../lib/export/run.ts';
import { Steps } from './steps.ts';
import { type Task, WORDS, type Word } from './task.ts';
import { open } from './wiring.ts';

const tell = (word: Word): void => void writeSync(WORDS, `${JSON.stringify(word)}\n`);

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as Task;
  const { plan, ports } = await open(task, new Steps(task.fault, tell));
  const record = await exportObject(plan, ports, {
    ref: { bucket: task.bucket, key: task.key },
    trigger: 's3',
    run: randomUUID(),
    deadline: ports.clock() + task.seconds * 1000,
    resume: task.resume,
  });
  tell({ kind: 'over', record });
  // A function is frozen where it stands: nothing is closed.
  process.exit(0);
}

void main();
