import path from 'node:path';
import { build } from 'esbuild';
import { PROJECT } from '../../local/project.ts';

/** A program of this folder (`rate/child.ts`), bundled into `folder` as a function is: what starts there is what is deployed. */
export async function bundled(folder: string, entry: string): Promise<string> {
  const outfile = path.join(folder, `${path.basename(entry, '.ts')}.cjs`);
  const entryPoints = [path.join(PROJECT, 'bench', entry)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  return outfile;
}
