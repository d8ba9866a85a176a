// Writes the JSON Schemas for editors and the reference of rules anew: run it after a change of lib/rule/schema.
import { writeFile } from 'node:fs/promises';
import { register } from 'tsx/esm/api';

register();
const { generated } = await import('../lib/rule/generated.ts');
for (const [path, text] of Object.entries(generated())) {
  await writeFile(new URL(`../${path}`, import.meta.url), text);
}
