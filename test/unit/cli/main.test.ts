import { COMMANDS } from '../../../lib/cli/commands.ts';
import { errorsProject, projectOf, removeProjects, sluice } from '../../support/cli-fakes.ts';

afterAll(removeProjects);

test('--help names every command and the exit codes', async () => {
  const { code, out, err } = await sluice(['--help'], { cwd: '/' });
  expect([code, err]).toEqual([0, '']);
  for (const { name, summary } of COMMANDS) expect(out).toContain(`${name.padEnd(8)}  `.trimEnd() && summary);
  expect(out).toContain('Exit codes');
});

test('without a command there is help, and a code that says so', async () => {
  expect(await sluice([], { cwd: '/' })).toMatchObject({ code: 2 });
});

test.each(COMMANDS.map(({ name }) => name))(
  '%s --help shows its options and examples that it would take',
  async (name) => {
    const { code, out } = await sluice([name, '--help'], { cwd: '/' });
    expect(code).toBe(0);
    expect(out).toContain('--stage');
    expect(out).toContain('--json');
    const command = await COMMANDS.find((each) => each.name === name)?.load();
    expect(command?.examples.length).toBeGreaterThan(0);
    for (const [line] of command?.examples ?? []) {
      expect(line.split(' ')[0]).toBe(name);
      expect(out).toContain(`sluice ${line}`);
      const flags = line.match(/(?<= )--?[a-z-]+/g) ?? [];
      for (const flag of flags) expect(out).toContain(flag);
    }
  },
);

test.each([
  [['lst'], "unknown command 'lst'"],
  [['show'], "missing required argument 'rule'"],
  [['list', '--nope'], "unknown option '--nope'"],
  [['list', 'a'], 'too many arguments'],
  [['logs', 'errors', '--since'], 'argument missing'],
])('%j is no command line', async (line, said) => {
  const cwd = await errorsProject();
  const { code, err } = await sluice(line, { cwd });
  expect(code).toBe(2);
  expect(err).toContain(said);
});

test('outside of a project it says what is missing', async () => {
  const { code, err } = await sluice(['show', 'errors'], { cwd: '/' });
  expect(code).toBe(2);
  expect(err).toContain('there is no folder rules/');
  expect(err).toContain('fix:');
});

test('it works from a folder inside of the project', async () => {
  const cwd = await errorsProject();
  expect(await sluice(['show', 'errors'], { cwd: `${cwd}/rules` })).toMatchObject({ code: 0 });
});

test('with --json an error is a document too', async () => {
  const cwd = await errorsProject();
  const { code, out, err } = await sluice(['show', 'erors', '--json'], { cwd });
  expect(code).toBe(2);
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'UnknownRule', exitCode: 2 } });
  expect(err).toContain('did you mean errors?');
});

describe('the stage', () => {
  const stages = { 'rules/a.yml': 'kind: export\nname: a\n' };
  test.each([
    [[], {}, 'dev'],
    [[], { SLUICE_STAGE: 'prod' }, 'prod'],
    [['--stage', 'test'], { SLUICE_STAGE: 'prod' }, 'test'],
  ])('%j with %j is %s', async (flags, env, stage) => {
    const cwd = await projectOf(stages);
    const { out } = await sluice(['list', '--json', ...flags], { cwd, env });
    expect(JSON.parse(out)).toMatchObject({ stage });
  });
});
