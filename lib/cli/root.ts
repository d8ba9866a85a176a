import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project that a folder belongs to: the nearest one upwards that holds `rules/`. None: the folder itself, and reading it says so. */
export function projectRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'rules'))) return folder;
    if (folder === dirname(folder)) return from;
  }
}
