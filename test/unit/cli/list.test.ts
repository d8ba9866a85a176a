import type { DeployedFunction, FunctionConfig } from '../../../lib/cli/aws/ports.ts';
import { differences, standing } from '../../../lib/cli/rule-state.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import {
  CONFIG,
  DEPLOYED,
  errorsProject,
  functionsOf,
  NOW,
  projectOf,
  RUN,
  removeProjects,
  runLogsOf,
  sluice,
  stackOf,
} from '../../support/cli-fakes.ts';

afterAll(removeProjects);

const altered: DeployedFunction = { ...DEPLOYED, timeout: 3 };

test.each<[string, FunctionConfig | undefined, DeployedFunction | undefined, string]>([
  ['abc', undefined, undefined, 'not deployed'],
  ['abc', CONFIG, DEPLOYED, 'deployed'],
  ['new', CONFIG, DEPLOYED, 'changed'],
  ['abc', CONFIG, altered, 'altered'],
  ['new', CONFIG, altered, 'altered'],
  ['abc', CONFIG, undefined, 'deleted'],
  ['abc', undefined, DEPLOYED, 'deployed'],
])('hash %s, planned %j, actual %j: %s', (hash, planned, actual, state) => {
  expect(standing(hash, planned, actual).state).toBe(state);
});

test.each<[Partial<FunctionConfig>, readonly string[]]>([
  [{}, []],
  [{ memory: 128 }, ['memory 128, was 1024']],
  [{ handler: 'x.y' }, ['handler x.y, was functions/export.handler']],
  [{ env: {} }, ['environment variable SLUICE_RULE is gone', 'environment variable SLUICE_RULE_HASH is gone']],
  [{ env: { ...CONFIG.env, SLUICE_RULE_HASH: 'secret' } }, ['environment variable SLUICE_RULE_HASH has another value']],
  [{ env: { ...CONFIG.env, MORE: '1' } }, []],
  [{ subnetIds: ['b', 'a'] }, []],
  [{ subnetIds: ['a'] }, ['subnetIds a, was a, b']],
  [{ subnetIds: [] }, ['subnetIds none, was a, b']],
  [{ codeSha256: 'other' }, [expect.stringContaining('its code is not the deployed package')]],
])('a function with %j differs in %j', (actual, told) => {
  const planned = { ...CONFIG, subnetIds: ['a', 'b'], codeSha256: 'mine' };
  expect(differences(planned, { ...planned, ...actual })).toEqual(told);
});

test('lists a rule that was deployed, with its last run', async () => {
  const cwd = await errorsProject();
  const { bundle } = JSON.parse(
    (await sluice(['show', 'errors', '--json'], { cwd })).out.replace('"hash"', '"bundle"'),
  );
  const config = { ...CONFIG, env: { SLUICE_RULE: 'errors', SLUICE_RULE_HASH: bundle } };
  const { code, out } = await sluice(['list'], {
    cwd,
    aws: {
      stacks: async () => ({ describe: async () => stackOf({ 'errors-dev': config }) }),
      functions: async () => functionsOf([{ ...DEPLOYED, ...config }]),
      runLogs: async () => runLogsOf([{ at: NOW - 118_000, run: RUN }]),
    },
  });
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['RULE', 'KIND', 'STATE ON DEV', 'LAST RUN', 'RESULT', 'SENT'],
    ['errors', 'export', 'deployed', '1 min ago', 'done', '100'],
  ]);
});

test('names what is on AWS and no longer here, and what was deleted there', async () => {
  const cwd = await errorsProject();
  const old = { ...CONFIG, env: { SLUICE_RULE: 'old', SLUICE_RULE_HASH: 'x' } };
  const foreign = { ...CONFIG, env: {} };
  const { code, out } = await sluice(['list', '--json'], {
    cwd,
    aws: {
      stacks: async () => ({
        describe: async () => stackOf({ 'errors-dev': CONFIG, 'old-dev': old, 'custom-resource': foreign }),
      }),
    },
  });
  expect(code).toBe(1);
  expect(JSON.parse(out).rules.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual([
    ['errors', 'deleted'],
    ['old', 'orphaned'],
  ]);
});

test('lists the rules where AWS cannot be asked, and says why', async () => {
  const cwd = await errorsProject();
  const away = new SluiceError('AwsUnavailable', 'AWS does not answer', {
    stage: 'cli',
    retryable: true,
    fix: 'Wait.',
  });
  const { code, out, err } = await sluice(['list'], { cwd, aws: { stacks: () => Promise.reject(away) } });
  expect(code).toBe(4);
  expect(out).toContain('unknown');
  expect(err).toContain('fix: Wait.');
});

test('a log that may not be read is told beside the state', async () => {
  const cwd = await errorsProject();
  const denied = new SluiceError('AccessDenied', 'the log may not be read', { stage: 'cli' });
  const { out } = await sluice(['list'], {
    cwd,
    aws: { functions: async () => functionsOf([DEPLOYED]), runLogs: () => Promise.reject(denied) },
  });
  expect(out).toContain('errors: no last run: the log may not be read');
});

test('one wrong file hides nothing of the others', async () => {
  const cwd = await projectOf({
    'rules/bad.yml': 'kind: export\nname: bad\n',
    'rules/worse.yml': 'a: [',
    'rules/none.yml': 'kind: nope\nname: none\n',
  });
  const { code, out, err } = await sluice(['list'], { cwd });
  expect(code).toBe(2);
  expect(out).toMatch(/bad .*file is wrong/);
  expect(out).toMatch(/none .*file is wrong/);
  expect(err).toContain('rules/worse.yml');
});

test('an empty project says how to begin', async () => {
  const { code, out } = await sluice(['list'], { cwd: await projectOf({}) });
  expect([code, out]).toEqual([0, 'There are no rules yet. Make one with sluice add.']);
});
