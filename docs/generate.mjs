// Writes what is read off the code anew: run it after a change of lib/rule/schema, of the functions of the select
// engine, or of its conformance cases.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register();
const { generated } = await import('../lib/rule/generated.ts');
const { reference } = await import('../lib/select/reference.ts');
const { conformanceFiles } = await import('../test/support/conformance.ts');
const root = new URL('..', import.meta.url);
const { scale } = await import('./scale.ts');
const files = {
  ...generated(),
  'docs/select.md': reference(conformanceFiles(fileURLToPath(root))),
  'docs/scale.md': scale(),
};
for (const [path, text] of Object.entries(files)) await writeFile(new URL(path, root), text);
