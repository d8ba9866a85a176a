import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { validateProject } from '../../../lib/rule/index.ts';
import { RULE } from '../../support/errors-rule.ts';
import { project } from '../../unit/rule/project.ts';

/** A good file with a piece cut out and wild text put in its place. */
const damaged = fc
  .tuple(
    fc.nat(RULE.length),
    fc.nat(20),
    fc.oneof(fc.string(), fc.constantFrom('{', '[', '"', '\t', ': ', '- ', '&a', '*a', '${', 'null')),
  )
  .map(([from, length, text]) => RULE.slice(0, from) + text + RULE.slice(from + length));

test('a damaged file is told about at a place in it, and never thrown', () => {
  fc.assert(
    fc.property(damaged, (text) => {
      const lines = text.split('\n').length;
      for (const problem of validateProject(project([text]), 'dev')) {
        expect(problem).toBeInstanceOf(SluiceError);
        expect(problem.context.line).toBeGreaterThanOrEqual(1);
        if (problem.context.file === 'rules/1.yml') expect(problem.context.line).toBeLessThanOrEqual(lines + 1);
      }
    }),
    { numRuns: 500 },
  );
});
