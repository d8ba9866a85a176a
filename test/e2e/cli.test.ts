import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DeleteFunctionCommand, LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { functionEnvironmentOf } from '../../local/endpoints.ts';
import {
  Aws,
  accessLogObject,
  clientOptions,
  deleteTopics,
  delivered,
  expectedOf,
  makeTopics,
  valuesOf,
} from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { exampleRule, type Outcome, ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';

const RULE = `cli-${Date.now().toString(36)}`;
const FUNCTION = `${RULE}-local`;
const LOCAL = ['--stage', 'local'];
/** Nobody listens on port 1. */
const NOBODY = {
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  KAFKA_BROKERS: '127.0.0.1:1',
  REDIS_URL: 'redis://127.0.0.1:1',
};

const json = <T>({ stdout }: Outcome): T => JSON.parse(stdout) as T;

// One story, told in order: what a test deploys or puts, those after it find.
describeWith(['aws', 'kafka', 'redis'], 'sluice as a user runs it', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  const lambda = new LambdaClient(clientOptions(endpoints.aws));
  const topics = [RULE, `${RULE}.dead`];
  const key = 'access/2026/a b+ü.csv.gz';
  const object = accessLogObject(500, 7);
  const { scanned, values } = expectedOf(object);
  let project: ScratchProject;

  beforeAll(async () => {
    await makeTopics(kafka, topics);
    project = await ScratchProject.make({
      service: RULE,
      rules: { [RULE]: await exampleRule({ name: RULE, topic: RULE, bucket: RULE }) },
      environment: functionEnvironmentOf(endpoints),
    });
  });

  afterAll(async () => {
    await project.remove({ deployed: true });
    await aws.deleteBucket(RULE);
    aws.close();
    lambda.destroy();
    await deleteTopics(kafka, topics);
  });

  describe('with no server at all', () => {
    test('check --files finds the files right', async () => {
      expect(await project.sluice(['check', '--files'], NOBODY)).toEqual({
        code: 0,
        stdout: '1 rule file: all right\n',
        stderr: '',
      });
    });

    test('check --files names the place of a mistake, and the fix', async () => {
      await project.writeRule('wrong', 'kind: export\nname: wrong\nsource: { bucket: logs, fromat: csv }\n');
      const { code, stdout, stderr } = await project.sluice(['check', '--files'], NOBODY);
      await project.removeRule('wrong');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('rules/wrong.yml:3:');
      expect(stderr).toMatch(/fromat.*format/s);
    });

    test('preview shows the rows of a local .csv.gz', async () => {
      const file = path.join(project.folder, 'access.csv.gz');
      await writeFile(file, object);
      const shown = await project.sluice(['preview', RULE, file, '--all', ...LOCAL], NOBODY);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      expect(shown.stdout).toMatch(/^request_id +status +uri$/m);
      expect(shown.stdout).toContain(`${scanned} scanned, ${values.length} matched, none rejected`);

      const told = await project.sluice(['preview', RULE, file, '--limit', '1000', '--json', ...LOCAL], NOBODY);
      const { rows } = json<{ rows: object[] }>(told);
      expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(values);
    });

    test.each([
      ['nothing', [], 2, /Usage: sluice/],
      ['an unknown command', ['lsit'], 2, /unknown command 'lsit'/],
      ['an unknown option', ['list', '--al'], 2, /unknown option '--al'/],
      ['a missing argument', ['show'], 2, /missing required argument 'rule'/],
      ['a rule that is not there', ['show', `${RULE}s`, ...LOCAL], 2, new RegExp(`${RULE}s.*${RULE}`, 's')],
      ['a file that is not there', ['preview', RULE, './no.csv', ...LOCAL], 2, /there is no file .*no\.csv/],
      ['an AWS that does not answer', ['list', ...LOCAL], 4, /could not .*127\.0\.0\.1:1/s],
    ])('%s: the exit code, and what is wrong', async (_, args, code, says) => {
      const outcome = await project.sluice(args, NOBODY);
      expect(outcome.stdout + outcome.stderr).toMatch(says);
      expect(outcome.code).toBe(code);
      expect(outcome.stderr).not.toMatch(/^ +at .*\.ts:\d+/m);
    });

    test('show tells each value and where it comes from', async () => {
      const { code, stdout } = await project.sluice(['show', RULE, ...LOCAL], NOBODY);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^source\\.bucket +rules/${RULE}\\.yml:\\d+ \\(stage local\\) +${RULE}$`, 'm'));
      expect(stdout).toMatch(/^function\.timeout +default +15m$/m);
    });
  });

  test('list, before anything is deployed', async () => {
    const { code, stdout } = await project.sluice(['list', ...LOCAL]);
    expect(stdout).toMatch(new RegExp(`^${RULE} +export +not deployed`, 'm'));
    expect(code).toBe(0);
  });

  test('deploy tells what it adds, and deploys', async () => {
    const { code, stdout, stderr } = await project.sluice(['deploy', ...LOCAL]);
    expect(stderr).toContain(`+ ${RULE}`);
    expect(stdout).toContain('Deployed to local.');
    expect(code).toBe(0);
  });

  test('check probes in the function, and finds all well', async () => {
    const { code, stdout } = await project.sluice(['check', RULE, ...LOCAL]);
    expect(stdout).toContain(`${RULE}  stage local: well`);
    for (const probe of [
      `bucket ${RULE}`,
      'kafka main',
      `topic ${RULE}`,
      `dead-letter topic ${RULE}.dead`,
      'redis cache',
    ])
      expect(stdout).toMatch(new RegExp(`^ +ok +function +${probe} `, 'm'));
    expect(stdout).toMatch(new RegExp(`^ +ok +here +notification of ${RULE} `, 'm'));
    expect(code).toBe(0);
  });

  test('check of a rule whose topic is missing fails, and says what to do', async () => {
    const stray = `${RULE}-stray`;
    await project.writeRule(stray, await exampleRule({ name: stray, topic: `${RULE}-none`, bucket: RULE }));
    const { code, stdout } = await project.sluice(['check', stray, ...LOCAL]);
    await project.removeRule(stray);
    expect(stdout).toMatch(new RegExp(`^ +FAILED +here +topic ${RULE}-none .*\\n +fix: .+`, 'm'));
    expect(code).toBe(1);
  });

  test('trigger runs the function over an object again, if that is asked for, and logs shows all runs', async () => {
    await aws.put(RULE, key, object);
    await aws.runs(FUNCTION, [key]);
    const known = await project.sluice(['trigger', RULE, key, ...LOCAL]);
    expect(known.stdout).toMatch(new RegExp(`nothing to do: .* exported at .*Z: ${values.length} records`));
    expect(known.stdout).toContain('--again');
    expect(known.code).toBe(0);
    const triggered = await project.sluice(['trigger', RULE, key, '--again', ...LOCAL]);
    expect(triggered.stdout).toMatch(/^run \S+ {2}done$/m);
    expect(triggered.stdout).toContain(`${scanned} scanned, ${values.length} matched, ${values.length} sent`);
    expect(triggered.code).toBe(0);
    expect(valuesOf(await delivered(kafka, RULE))).toEqual([...values, ...values].sort());

    await aws.runs(FUNCTION, [key, key, key]);
    const listed = await project.sluice(['logs', RULE, '--json', ...LOCAL]);
    const { runs } = json<{ runs: RunRecord[] }>(listed);
    expect(runs.map(({ trigger, result, sent }) => [trigger, result, sent])).toEqual([
      ['s3', 'done', values.length],
      ['manual', 'ignored', values.length],
      ['manual', 'done', values.length],
    ]);
    const table = await project.sluice(['logs', RULE, ...LOCAL]);
    expect(table.stdout.match(/ done +/g)).toHaveLength(2);
    const one = await project.sluice(['logs', RULE, runs[2]!.run, ...LOCAL]);
    expect(one.stdout).toContain(`run ${runs[2]!.run}`);
    expect(one.stdout).toContain(`s3://${RULE}/${key}`);
    expect([listed.code, table.code, one.code]).toEqual([0, 0, 0]);
  });

  test('backfill counts, and leaves alone what is exported', async () => {
    const counted = await project.sluice(['backfill', RULE, '--dry-run', '--json', ...LOCAL]);
    expect(json(counted)).toMatchObject({ objects: 1, bytes: object.length });
    const filled = await project.sluice(['backfill', RULE, ...LOCAL]);
    expect(filled.stdout).toContain('1 of 1 object: 0 exported, 1 already exported; 0 records sent');
    expect([counted.code, filled.code]).toEqual([0, 0]);
  });

  test('nothing stands still, nothing is parked, and no letter is left', async () => {
    const replayed = await project.sluice(['replay', RULE, ...LOCAL]);
    expect(replayed).toMatchObject({ code: 0, stdout: 'There is no dead letter that was not replayed.\n' });
    expect(await project.sluice(['resume', RULE, ...LOCAL])).toMatchObject({
      code: 0,
      stdout: 'Nothing stands still.\n',
    });
    expect(await project.sluice(['redrive', RULE, ...LOCAL])).toMatchObject({
      code: 0,
      stdout: 'No event is parked.\n',
    });
  });

  test('trigger with --json, of a key that is not there, and of one that the rule does not read', async () => {
    const missing = await project.sluice(['trigger', RULE, 'access/none.csv.gz', '--json', ...LOCAL]);
    expect(json<RunRecord>(missing)).toMatchObject({ result: 'ignored', error: { code: 'MissingObject' } });
    expect(missing.code).toBe(1);
    const foreign = await project.sluice(['trigger', RULE, 'elsewhere/a.csv.gz', ...LOCAL]);
    expect(foreign).toMatchObject({ code: 3, stdout: '' });
    expect(foreign.stderr).toContain('access/');
  });

  test('logs of a run that is not there', async () => {
    const { code, stderr } = await project.sluice(['logs', RULE, 'ffffffff', ...LOCAL]);
    expect(stderr).toContain('no run ffffffff');
    expect(code).toBe(2);
  });

  test('preview of an object in the bucket', async () => {
    const { code, stdout } = await project.sluice(['preview', RULE, key, '--all', ...LOCAL]);
    expect(stdout).toContain(`${scanned} scanned, ${values.length} matched, none rejected`);
    expect(code).toBe(0);
  });

  test('list notices a function that somebody altered on AWS, and one that somebody deleted', async () => {
    const state = async () => {
      const { code, stdout } = await project.sluice(['list', '--json', ...LOCAL]);
      return { code, states: (JSON.parse(stdout) as { rules: { state: string }[] }).rules.map((rule) => rule.state) };
    };
    expect(await state()).toEqual({ code: 0, states: ['deployed'] });
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: FUNCTION, Timeout: 33 }));
    expect(await state()).toEqual({ code: 1, states: ['altered'] });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: FUNCTION }));
    expect(await state()).toEqual({ code: 1, states: ['deleted'] });
  });

  test('remove wants a yes, and then takes the rule from rules/ and from AWS', async () => {
    const asked = await project.sluice(['remove', RULE, ...LOCAL]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    const removed = await project.sluice(['remove', RULE, '--yes', ...LOCAL]);
    expect(removed.stdout).toContain(`Removed ${RULE} from rules/ and from local.`);
    expect(removed.code).toBe(0);
    const listed = await project.sluice(['list', ...LOCAL]);
    expect(listed.stdout).not.toContain(RULE);
  });
});
