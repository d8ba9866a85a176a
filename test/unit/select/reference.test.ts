import { readFileSync } from 'node:fs';
import { FUNCTIONS } from '../../../lib/select/functions/table.ts';
import { reference } from '../../../lib/select/reference.ts';
import { conformanceFiles } from '../../support/conformance.ts';

test('docs/select.md is current (else run node docs/generate.mjs)', () => {
  expect(readFileSync('docs/select.md', 'utf8')).toBe(reference(conformanceFiles('.')));
});

test('each function is shown with an example that a conformance case holds', () => {
  const [, functions = ''] = /^## Functions$(.*)^## Clause/ms.exec(reference(conformanceFiles('.'))) ?? [];
  for (const { name } of FUNCTIONS.values()) {
    expect(functions).toMatch(new RegExp(`^#### ${name}\n\n[^#]*^\`\`\`sql\n${name}\\(`, 'mi'));
  }
});
