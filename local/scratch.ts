/** Folders in the system's place for temporary files, for what must not lie inside of the project; `down` removes them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PartName } from './part.ts';

const note = (stackFolder: string, part: PartName): string => path.join(stackFolder, part, 'scratch');

/** The part's folder: made at the first call, and found again through a note in the stack's folder. */
export async function scratchFolder(stackFolder: string, part: PartName): Promise<string> {
  const noted = await readFile(note(stackFolder, part), 'utf8').catch(() => undefined);
  if (noted !== undefined) return noted;
  const folder = await mkdtemp(path.join(os.tmpdir(), `sluice-${part}-`));
  await mkdir(path.dirname(note(stackFolder, part)), { recursive: true });
  await writeFile(note(stackFolder, part), folder);
  return folder;
}

export async function removeScratch(stackFolder: string, parts: readonly PartName[]): Promise<void> {
  for (const part of parts) {
    const folder = await readFile(note(stackFolder, part), 'utf8').catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
