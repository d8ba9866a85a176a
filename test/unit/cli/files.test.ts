import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CONFIG,
  CONNECTIONS,
  errorsProject,
  projectOf,
  removeProjects,
  type Scene,
  sluice,
  stackOf,
} from '../../support/cli-fakes.ts';
import { RULE } from '../../support/errors-rule.ts';

afterAll(removeProjects);

const fileOf = (cwd: string, name = 'errors') => path.join(cwd, 'rules', `${name}.yml`);
const deployedAs = (...rules: string[]): NonNullable<Scene['aws']> => ({
  stacks: async () => ({
    describe: async () =>
      stackOf(
        Object.fromEntries(
          rules.map((rule) => [`${rule}-dev`, { ...CONFIG, env: { SLUICE_RULE: rule, SLUICE_RULE_HASH: 'x' } }]),
        ),
      ),
  }),
});

describe('check --files', () => {
  test('is content with good files', async () => {
    const cwd = await errorsProject();
    expect(await sluice(['check', '--files'], { cwd })).toMatchObject({ code: 0, out: '1 rule file: all right' });
  });

  test('tells every problem with its line and fix', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': RULE.replace('topic: errors', 'topik: errors'),
      'connections.yml': CONNECTIONS,
    });
    const { code, err } = await sluice(['check', '--files'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('did you mean "topic"?');
    expect(err).toMatch(/at rules\/errors\.yml:11:/);
    expect(err).toContain('fix:');
    expect(JSON.parse((await sluice(['check', '--files', '--json'], { cwd })).out).problems.length).toBeGreaterThan(0);
  });
});

describe('show', () => {
  test('says where each value came from', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': `${RULE}stages:\n  prod: { source: { bucket: prod-logs } }\n`,
      'connections.yml': CONNECTIONS,
    });
    const { out } = await sluice(['show', 'errors', '--stage', 'prod'], { cwd });
    expect(out).toMatch(/^source\.bucket +rules\/errors\.yml:14 \(stage prod\) +prod-logs$/m);
    expect(out).toMatch(/^source\.prefix +rules\/errors\.yml:5 +access\/$/m);
    expect(out).toMatch(/^function\.memory +default +1024$/m);
    expect(out).toContain('function errors-prod');
  });
});

describe('deploy', () => {
  test('tells what is added and deploys', async () => {
    const { code, err, spawned } = await sluice(['deploy', '--stage', 'test'], { cwd: await errorsProject() });
    expect([code, spawned]).toEqual([0, ['npx --no -- serverless deploy --stage test']]);
    expect(err).toMatch(/\+ errors/);
  });

  test('tells a rename as a removal and an addition, and asks', async () => {
    const scene = { cwd: await errorsProject(), aws: deployedAs('old') };
    const refused = await sluice(['deploy'], { ...scene, answers: ['n'] });
    expect(refused).toMatchObject({ code: 3, spawned: [] });
    expect(refused.err).toMatch(/\+ errors\n +- old/);
    expect(refused.err).toContain('a rule cannot be renamed');
    expect(await sluice(['deploy'], { ...scene, answers: ['y'] })).toMatchObject({
      code: 0,
      spawned: [expect.any(String)],
    });
    expect(await sluice(['deploy', '--yes'], scene)).toMatchObject({ code: 0 });
    expect(await sluice(['deploy'], scene)).toMatchObject({ code: 2, spawned: [] });
  });

  test('deploys nothing that is wrong', async () => {
    const cwd = await projectOf({ 'rules/errors.yml': RULE.replace('>= 500', '>='), 'connections.yml': CONNECTIONS });
    const { code, err, spawned } = await sluice(['deploy'], { cwd });
    expect([code, spawned]).toEqual([2, []]);
    expect(err).toContain('rules/errors.yml');
  });

  test('says when serverless failed', async () => {
    const { code, err } = await sluice(['deploy'], { cwd: await errorsProject(), spawn: async () => 1 });
    expect(code).toBe(1);
    expect(err).toContain('ended with exit code 1');
  });
});

describe('remove', () => {
  test('says what goes and what stays, and removes nothing without a yes', async () => {
    const cwd = await errorsProject();
    const { code, err } = await sluice(['remove', 'errors'], { cwd, aws: deployedAs('errors'), answers: ['no'] });
    expect(code).toBe(3);
    expect(err).toContain('the function errors-dev');
    expect(err).toContain('Stays:  buckets and their objects');
    expect(existsSync(fileOf(cwd))).toBe(true);
  });

  test('takes the last rule away with its stack', async () => {
    const cwd = await errorsProject();
    const said = await sluice(['remove', 'errors', '--yes'], { cwd, aws: deployedAs('errors') });
    expect(said).toMatchObject({ code: 0, spawned: ['npx --no -- serverless remove --stage dev'] });
    expect(existsSync(fileOf(cwd))).toBe(false);
  });

  test('deploys the others without it', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': RULE,
      'rules/more.yml': RULE.replace('name: errors', 'name: more').replace('access/', 'more/'),
      'connections.yml': CONNECTIONS,
    });
    const said = await sluice(['remove', 'more', '--yes', '--json'], { cwd, aws: deployedAs('errors', 'more') });
    expect(said.spawned).toEqual(['npx --no -- serverless deploy --stage dev']);
    expect(JSON.parse(said.out)).toEqual({ rule: 'more', file: 'rules/more.yml', stage: 'dev', removedFromAws: true });
  });

  test('that fails on AWS leaves the file where it was', async () => {
    const cwd = await errorsProject();
    const said = await sluice(['remove', 'errors', '--yes'], { cwd, aws: deployedAs('errors'), spawn: async () => 1 });
    expect(said.code).toBe(1);
    expect(await readFile(fileOf(cwd), 'utf8')).toBe(RULE);
  });

  test('does not take along what somebody else renamed', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': RULE,
      'rules/more.yml': RULE.replace('name: errors', 'name: more').replace('access/', 'more/'),
      'connections.yml': CONNECTIONS,
    });
    const aws = deployedAs('errors', 'more', 'other');
    const { code, err, spawned } = await sluice(['remove', 'more'], { cwd, aws, answers: ['y', 'n'] });
    expect([code, spawned]).toEqual([3, []]);
    expect(err).toMatch(/- other/);
    expect(existsSync(fileOf(cwd, 'more'))).toBe(true);
  });

  test('of a rule that was never deployed asks nothing of AWS', async () => {
    const cwd = await errorsProject();
    expect(await sluice(['remove', 'errors', '--yes'], { cwd })).toMatchObject({ code: 0, spawned: [] });
  });

  test('of a name with a typo says which was meant', async () => {
    const { code, err } = await sluice(['remove', 'erors'], { cwd: await errorsProject() });
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean errors?')]);
  });
});

describe('edit', () => {
  /** An editor that leaves these texts, one after the other. */
  const editor =
    (...texts: string[]): NonNullable<Scene['spawn']> =>
    async (program, args) => {
      const text = texts.shift();
      if (program === 'sh' && text !== undefined) await writeFile(args.at(-1) ?? '', text);
      return 0;
    };
  const env = { EDITOR: 'ed' };
  const changed = RULE.replace('>= 500', '>= 400').replace('topic: errors', 'topic: failures');

  test('shows what changes, writes it and deploys', async () => {
    const cwd = await errorsProject();
    const { code, err, spawned } = await sluice(['edit', 'errors'], {
      cwd,
      env,
      spawn: editor(changed),
      answers: ['y'],
    });
    expect(code).toBe(0);
    expect(err).toContain('- kafka.topic: errors\n+ kafka.topic: failures');
    expect(spawned.at(-1)).toBe('npx --no -- serverless deploy --stage dev');
    expect(await readFile(fileOf(cwd), 'utf8')).toBe(changed);
  });

  test('without a yes the file stays as it was', async () => {
    const cwd = await errorsProject();
    const said = await sluice(['edit', 'errors'], { cwd, env, spawn: editor(changed), answers: ['n'] });
    expect(said.code).toBe(3);
    expect(await readFile(fileOf(cwd), 'utf8')).toBe(RULE);
  });

  test('opens the editor again for what is wrong', async () => {
    const cwd = await errorsProject();
    const wrong = RULE.replace('format: csv', 'format: cvs');
    const { code, err } = await sluice(['edit', 'errors', '--no-deploy'], {
      cwd,
      env,
      spawn: editor(wrong, changed),
      answers: ['y', 'y'],
    });
    expect(code).toBe(0);
    expect(err).toContain('did you mean "csv"?');
    expect(await readFile(fileOf(cwd), 'utf8')).toBe(changed);
  });

  test('refuses another name, with the way out', async () => {
    const cwd = await errorsProject();
    const renamed = RULE.replace('name: errors', 'name: failures');
    const { code, err } = await sluice(['edit', 'errors'], { cwd, env, spawn: editor(renamed), answers: ['n'] });
    expect(code).toBe(3);
    expect(err).toContain('name was changed from errors to failures');
    expect(err).toContain('sluice remove errors');
    expect(await readFile(fileOf(cwd), 'utf8')).toBe(RULE);
  });

  test.each([
    [{}, 0, 2, 'no editor is named'],
    [env, 127, 3, 'exit code 127'],
  ])('needs an editor that works', async (environment, ended, code, said) => {
    const cwd = await errorsProject();
    const told = await sluice(['edit', 'errors'], { cwd, env: environment, spawn: async () => ended });
    expect([told.code, told.err]).toEqual([code, expect.stringContaining(said)]);
  });

  test('left as it was, nothing is deployed', async () => {
    const said = await sluice(['edit', 'errors'], { cwd: await errorsProject(), env, spawn: editor(RULE) });
    expect(said).toMatchObject({
      code: 0,
      out: 'Nothing was changed.',
      spawned: [expect.stringContaining('sh -c ed')],
    });
  });
});
