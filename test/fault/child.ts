/** A process that exports one object as a function does, tells each step, and meets its fault. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { ExactPorts, ExportPlan } from '../../lib/export/plan.ts';
import { exportObject } from '../../lib/export/run.ts';
import { Steps } from './steps.ts';
import { type Task, WORDS, type Word } from './task.ts';
import { open } from './wiring.ts';

/** How long a run takes itself to have. */
const TIME_MS = 600_000;

const tell = (word: Word): void => void writeSync(WORDS, `${JSON.stringify(word)}\n`);

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as Task;
  const opened = await open(task, new Steps(task.fault, tell));
  const { plan, ports } = task.leaves ? withOneBatch(opened.plan, opened.ports) : opened;
  const record = await exportObject(plan, ports, {
    ref: { bucket: task.bucket, key: task.key },
    trigger: 's3',
    run: randomUUID(),
    deadline: ports.clock() + TIME_MS,
    resume: task.resume,
  });
  tell({ kind: 'over', record });
  // A function is frozen where it stands: nothing is closed.
  process.exit(0);
}

/** The export's clock, and nobody else's, stands at the end of its time when the first batch comes. */
function withOneBatch(plan: ExportPlan, ports: ExactPorts): { readonly plan: ExportPlan; readonly ports: ExactPorts } {
  let ahead = 0;
  const { select } = plan;
  const run: typeof select.run = async function* (source, resume) {
    for await (const batch of select.run(source, resume)) {
      ahead = TIME_MS;
      yield batch;
    }
  };
  return { plan: { ...plan, select: { ...select, run } }, ports: { ...ports, clock: () => ports.clock() + ahead } };
}

void main();
