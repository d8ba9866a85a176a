import { readFileSync } from 'node:fs';
import { generated } from '../../../lib/rule/generated.ts';

test.each(Object.entries(generated()))('%s is current (else run node docs/generate.mjs)', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});
