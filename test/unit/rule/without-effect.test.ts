import { withoutEffect } from '../../../lib/rule/deployment/without-effect.ts';
import { resolveRule } from '../../../lib/rule/index.ts';
import { RULE } from '../../support/errors-rule.ts';
import { sinks, TDENGINE, written } from './sinks.ts';

const SOURCE = 'source: { connection: main, topics: [tp1, tp2] }';
const notes = (more: string) =>
  withoutEffect(
    resolveRule(
      sinks(written(TDENGINE, SOURCE, `source: { connection: main, topics: [tp1, tp2]${more} }`)),
      'meters',
      'prod',
    ),
  );

test.each([
  ['', []],
  [', timeoutMs: 500', [expect.stringContaining('timeoutMs')]],
  [', maxWaitMs: 100', [expect.stringContaining('maxWaitMs: 100')]],
  [', maxWaitMs: 1000', []],
  [', concurrency: 2', [expect.stringContaining('provisioned: true')]],
  [', concurrency: 2, provisioned: true', []],
])('of a source with %p', (more, told) => {
  expect(notes(more)).toEqual(told);
});

test('an export says nothing that has no effect', () => {
  const project = sinks(RULE);
  expect(withoutEffect(resolveRule(project, 'errors', 'local'))).toEqual([]);
});
