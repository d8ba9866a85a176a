import type { TestOutcome } from '../../support/matrix.ts';
import { countsLine, readDeclarations, summarize } from '../../support/summary-reporter.ts';

const declarations = {
  servers: [
    { title: 'Kafka', server: 'kafka' },
    { title: 'a deployed stack', server: 'aws', project: 'e2e' },
  ],
  matrices: [{ name: 'auth', title: 'auth', rows: ['none'], columns: ['good', 'bad'] }],
};
const outcome = (fullName: string, status: TestOutcome['status'] = 'passed', project = 'integration'): TestOutcome => ({
  fullName,
  project,
  status,
});

describe('an empty cell', () => {
  const outcomes = [outcome('[auth: none × good] connects')];

  test('is a problem of a full run', () => {
    expect(summarize(declarations, outcomes, true).problem).toContain('[auth: none × bad]');
  });

  test('is none of a run of some files', () => {
    expect(summarize(declarations, outcomes, false).problem).toBeUndefined();
  });
});

test('a run in which every cell is filled has no problem', () => {
  const outcomes = [outcome('[auth: none × good] a'), outcome('[auth: none × bad] b', 'skipped')];
  expect(summarize(declarations, outcomes, true).problem).toBeUndefined();
});

test('a mark with a typing error is a problem of any run', () => {
  expect(summarize(declarations, [outcome('[auth: non × good] a')], false).problem).toContain('[auth: non × good]');
});

test('tests are counted by the servers that they ran with', () => {
  const { text } = summarize(
    declarations,
    [
      outcome('[with kafka, aws] a'),
      outcome('[with kafka] b', 'failed'),
      outcome('[with kafka] c', 'skipped'),
      outcome('[with aws] d', 'passed', 'e2e'),
      outcome('e'),
    ],
    false,
  );
  expect(text).toContain('Kafka: 2, and 1 SKIPPED');
  expect(text).toContain('a deployed stack: 1');
});

test.each([
  [['passed', 'passed', 'failed'], '2 passed, 1 failed'],
  [['passed', 'skipped'], '1 passed, 0 failed, 1 skipped'],
  [[], '0 passed, 0 failed'],
] as const)('%j is counted as %p', (statuses, line) => {
  expect(countsLine(statuses.map((status) => outcome('x', status)))).toBe(line);
});

test('the declared matrices are well formed: no row or column twice, every exception a cell', () => {
  for (const { rows, columns, except = [] } of readDeclarations().matrices) {
    expect(new Set(rows).size).toBe(rows.length);
    expect(new Set(columns).size).toBe(columns.length);
    for (const [row, column] of except) expect(rows.includes(row) && columns.includes(column)).toBe(true);
  }
});
