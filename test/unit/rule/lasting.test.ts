import { lastingProblems } from '../../../lib/rule/lasting.ts';
import { told } from './project.ts';
import { POSTGRES, sinks, written } from './sinks.ts';

const SOURCE = 'source: { connection: main, topics: [errors] }';
const source = (more: string): string => written(POSTGRES, SOURCE, `source: { connection: main, ${more} }`);
const problems = (before: string, after: string) => lastingProblems(sinks(before), sinks(after), 'rows');

test.each([
  ['another start', source('topics: [errors], from: latest'), 'rules/1.yml:3:53 source.from was changed on stage dev'],
  ['another group', source('topics: [errors], group: mine'), 'rules/1.yml:3:54 source.group was changed on stage dev'],
  [
    'another start on one stage',
    `${POSTGRES}stages: { prod: { source: { from: latest } } }\n`,
    'rules/1.yml:12:35 source.from was changed on stage prod',
  ],
])('a sink that is deployed takes no %s', (_about, after, message) => {
  const before = after.includes('stages:') ? `${POSTGRES}stages: { prod: { vpc: null } }\n` : POSTGRES;
  const [problem] = problems(before, after);
  expect(problem && told(problem)).toBe(`${message}; a consumer group goes on where it stands`);
  expect(problem?.fix).toContain('sluice remove rows');
});

test.each([
  ['topics that come and go', source('topics: [others]')],
  ['the start that it had', source('topics: [errors], from: earliest')],
  ['anything else', written(POSTGRES, 'mode: upsert', 'mode: insert')],
])('%s may change', (_about, after) => {
  expect(problems(POSTGRES, after)).toEqual([]);
});
