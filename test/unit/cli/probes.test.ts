import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AwsPorts } from '../../../lib/cli/aws/ports.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import {
  CONFIG,
  CONNECTIONS,
  DEPLOYED,
  errorsProject,
  functionsOf,
  projectOf,
  RUN,
  removeProjects,
  STOPPED,
  sluice,
  stackOf,
} from '../../support/cli-fakes.ts';
import { RULE } from '../../support/errors-rule.ts';

afterAll(removeProjects);

const deployed = (answer: unknown): Partial<AwsPorts> => ({
  stacks: async () => ({ describe: async () => stackOf({ 'errors-dev': CONFIG }) }),
  functions: async () => functionsOf([DEPLOYED], answer),
});

describe('check', () => {
  const probes = [
    { name: 'bucket my-logs', state: 'ok', detail: 'can be read', ms: 12 },
    { name: 'topic errors', state: 'failed', detail: 'there is no topic errors', fix: 'Create it.', ms: 7 },
    { name: 'kafka version', state: 'skipped', detail: 'not tried', ms: 1 },
  ];

  test('says of each probe where it ran, what it found and how to mend it', async () => {
    const { code, out } = await sluice(['check', 'errors'], { cwd: await errorsProject(), aws: deployed({ probes }) });
    expect(code).toBe(1);
    expect(out).toMatch(/^errors {2}stage dev: 2 probes failed$/m);
    expect(out).toMatch(/^ {2}ok +function +bucket my-logs +can be read \(12 ms\)$/m);
    expect(out).toMatch(/^ {2}FAILED +function +topic errors .*\n +fix: Create it\.$/m);
    expect(out).toMatch(/^ {2}warning +here +function errors-dev +the file was changed since it was deployed/m);
    expect(out).toMatch(/^ {2}FAILED +here +notification of my-logs/m);
  });

  test('is well when nothing failed', async () => {
    const aws = {
      ...deployed({ probes: probes.slice(0, 1) }),
      setup: async () => ({
        notifications: async () => ({
          LambdaFunctionConfigurations: [{ LambdaFunctionArn: DEPLOYED.arn, Events: ['s3:ObjectCreated:*'] }],
        }),
        logging: async () => undefined,
        logGroupExists: async () => true,
        unreservedInstances: async () => 0,
      }),
    };
    const { code, out } = await sluice(['check', '--json'], { cwd: await errorsProject(), aws });
    expect(code).toBe(0);
    const [rule] = JSON.parse(out).rules;
    expect(rule.probes.map((probe: { where: string; state: string }) => [probe.where, probe.state])).toEqual([
      ['here', 'warning'],
      ['function', 'ok'],
      ['here', 'ok'],
    ]);
  });

  test('of a project without rules is a mistake', async () => {
    const { code, err } = await sluice(['check'], { cwd: await projectOf({}) });
    expect([code, err]).toEqual([2, expect.stringContaining('there are no rules to check')]);
  });
});

describe('trigger', () => {
  test('invokes the function and shows the run', async () => {
    const { code, out } = await sluice(['trigger', 'errors', 'access/a.csv'], {
      cwd: await errorsProject(),
      aws: deployed({ runs: [RUN] }),
    });
    expect(code).toBe(0);
    expect(out).toContain('2,000 scanned, 100 matched, 100 sent');
  });

  test('hands on bucket, key and version', async () => {
    const asked: object[] = [];
    const functions = {
      ...functionsOf([DEPLOYED]),
      invoke: async (_: string, payload: object) => {
        asked.push(payload);
        return { runs: [RUN] };
      },
    };
    await sluice(['trigger', 'errors', 's3://my-logs/access/a b.csv', '--version-id', 'v7'], {
      cwd: await errorsProject(),
      aws: { functions: async () => functions },
    });
    expect(asked).toEqual([{ sluice: 'export', bucket: 'my-logs', key: 'access/a b.csv', versionId: 'v7' }]);
  });

  test('a run that stopped is an exit code', async () => {
    const { code, out } = await sluice(['trigger', 'errors', 'access/a.csv', '--json'], {
      cwd: await errorsProject(),
      aws: deployed({ runs: [STOPPED] }),
    });
    expect([code, JSON.parse(out).error.code]).toEqual([1, 'BadRecord']);
  });

  test.each([
    ['other/a.csv', 'keys that begin with access/'],
    ['s3://elsewhere/access/a.csv', 'another rule’s bucket'],
  ])('refuses %s, which is not of the rule', async (key, said) => {
    const { code, err } = await sluice(['trigger', 'errors', key], {
      cwd: await errorsProject(),
      aws: deployed({ runs: [RUN] }),
    });
    expect([code, err]).toEqual([3, expect.stringContaining(said)]);
  });

  test('an answer of another version of sluice is recognised', async () => {
    const { code, err } = await sluice(['trigger', 'errors', 'access/a.csv'], {
      cwd: await errorsProject(),
      aws: deployed(null),
    });
    expect([code, err]).toEqual([1, expect.stringContaining('deploy again')]);
  });

  test('a function that is not there says how to deploy it', async () => {
    const gone = new SluiceError('MissingFunction', 'there is no function', {
      stage: 'cli',
      fix: 'Deploy it (sluice deploy).',
    });
    const functions = { ...functionsOf([]), invoke: () => Promise.reject(gone) };
    const { code, err } = await sluice(['trigger', 'errors', 'access/a.csv'], {
      cwd: await errorsProject(),
      aws: { functions: async () => functions },
    });
    expect([code, err]).toEqual([1, expect.stringContaining('fix: Deploy it')]);
  });
});

describe('preview', () => {
  const CSV = 'id,status\na,500\nb,200\n"c ""q""",503\n';

  test('of a local file, whatever it is compressed with', async () => {
    const cwd = await errorsProject();
    const file = path.join(cwd, 'a.csv.gz');
    await writeFile(file, gzipSync(CSV));
    const { code, out } = await sluice(['preview', 'errors', file], { cwd });
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 3)).toEqual(['id     status', 'a      500', 'c "q"  503']);
    expect(out).toContain(`3 scanned, 2 matched, none rejected in ${CSV.length} B of`);
    expect(out).toContain('(gzip)');
  });

  test('of standard input, as a document', async () => {
    const { out } = await sluice(['preview', 'errors', '-', '--json'], { cwd: await errorsProject(), input: CSV });
    expect(JSON.parse(out)).toMatchObject({
      object: 'standard input',
      scanned: 3,
      matched: 2,
      complete: true,
      rows: [
        { id: 'a', status: '500' },
        { id: 'c "q"', status: '503' },
      ],
    });
  });

  test('digits stay as they are, in the document too', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': RULE.replace('format: csv\n  csv: { header: use }', 'format: jsonl').replace(
        /select: .*/,
        'select: SELECT s.n FROM S3Object s',
      ),
      'connections.yml': CONNECTIONS,
    });
    const { out } = await sluice(['preview', 'errors', '-', '--json'], { cwd, input: '{"n":9007199254740993}\n' });
    expect(out).toContain('{"n":9007199254740993}');
  });

  test('ends with the rows that were asked for', async () => {
    const { out } = await sluice(['preview', 'errors', '-', '--limit', '1'], {
      cwd: await errorsProject(),
      input: CSV.repeat(500),
    });
    expect(out).toContain('reading ended here: --all reads to the end');
  });

  test('records that fail are told with their bytes', async () => {
    const cwd = await projectOf({
      'rules/errors.yml': RULE.replace('{ header: use }', '{ header: use, fieldCount: strict }'),
      'connections.yml': CONNECTIONS,
    });
    const { code, out } = await sluice(['preview', 'errors', '-'], {
      cwd,
      input: 'id,status\na,500\nb,500,7\nc,501\n',
    });
    expect(code).toBe(0);
    expect(out).toMatch(/3 scanned, 2 matched, 1 rejected/);
    expect(out).toMatch(/rejected bytes 16–24: .*fields/);
  });

  test.each([
    [['./none.csv'], 2, 'there is no file'],
    [['-', '--limit', 'x'], 2, '--limit x is no number'],
    [['s3://bucket'], 2, 'names no object'],
  ])('%j cannot be', async (args, code, said) => {
    const told = await sluice(['preview', 'errors', ...args], { cwd: await errorsProject() });
    expect([told.code, told.err]).toEqual([code, expect.stringContaining(said)]);
  });

  test('a column that the object does not have is named', async () => {
    const { code, err } = await sluice(['preview', 'errors', '-'], {
      cwd: await errorsProject(),
      input: 'id,code\na,500\n',
    });
    expect(code).not.toBe(0);
    expect(err).toContain('status');
  });
});
