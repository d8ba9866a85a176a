import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseFile } from '../../lib/select/reference.ts';

/** The select engine's conformance cases under a project's folder, file by file. */
export function conformanceFiles(root: string): readonly CaseFile[] {
  const folder = join(root, 'test', 'conformance', 'select', 'data');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CaseFile);
}
