/** What is known of a running stack between one command and the next: `state.json` in its folder. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PartName } from './part.ts';
import type { ProcessReference } from './process.ts';

export interface RunningPart {
  /** Undefined for a container. */
  readonly process?: ProcessReference;
  readonly since: string;
}

export interface StackState {
  readonly mode: 'process' | 'docker';
  readonly shift: number;
  readonly parts: Partial<Record<PartName, RunningPart>>;
}

const stateFile = (folder: string): string => path.join(folder, 'state.json');

export async function readState(folder: string): Promise<StackState | undefined> {
  const text = await readFile(stateFile(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as StackState);
}

/** Replaced in one step, so that a reader never sees half of it. */
export async function writeState(folder: string, state: StackState): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = `${stateFile(folder)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(draft, stateFile(folder));
}
