import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { errorsProject, projectOf, removeProjects, sluice } from '../../support/cli-fakes.ts';

afterAll(removeProjects);

const fileOf = (cwd: string, name: string) => path.join(cwd, 'rules', `${name}.yml`);

/** Nobody listens on port 1: nothing can be listed. */
const CONNECTIONS = `kafka:
  main: { brokers: ['127.0.0.1:1'], auth: { mechanism: scram-sha-512, secret: 'env:LOGIN' }, tls: true }
postgres:
  warehouse: { host: 127.0.0.1, port: 1, database: ops, secret: 'env:LOGIN' }
tdengine:
  plant: { url: 'http://127.0.0.1:1', secret: 'env:LOGIN' }
`;
const env = { LOGIN: '{"username":"me","password":"hidden"}' };
const project = () => projectOf({ 'connections.yml': CONNECTIONS });

/** The rule as it was written, without its first line. */
const written = async (cwd: string, name: string): Promise<unknown> => parse(await readFile(fileOf(cwd, name), 'utf8'));

describe('add of an export', () => {
  const flags = [
    '--bucket',
    'my-logs',
    '--prefix',
    'x/',
    '--format',
    'csv',
    '--header',
    'use',
    '--connection',
    'main',
    '--topic',
    't',
  ];
  const select = ['--select', "SELECT s.a FROM S3Object s WHERE s.b = 'it''s: #1'"];

  test('writes a file that is right, from options alone', async () => {
    const cwd = await errorsProject();
    const { code, out } = await sluice(['add', 'new', ...flags, ...select], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('Wrote rules/new.yml.');
    expect(await sluice(['check', '--files'], { cwd })).toMatchObject({ code: 0 });
    const { rule } = JSON.parse((await sluice(['show', 'new', '--json'], { cwd })).out);
    expect([rule.select, rule.kafka.delivery]).toEqual([select[1], 'exactly-once']);
  });

  test('of another delivery, where it is asked for', async () => {
    const cwd = await errorsProject();
    await sluice(['add', 'new', ...flags, ...select, '--delivery', 'at-least-once'], { cwd });
    const { rule } = JSON.parse((await sluice(['show', 'new', '--json'], { cwd })).out);
    expect(rule.kafka.delivery).toBe('at-least-once');
  });

  test('asks for what is not said, and lists what it knows', async () => {
    const cwd = await projectOf({ 'connections.yml': 'kafka:\n  main: { brokers: [127.0.0.1:1] }\n' });
    const answers = ['export', 'bad name', 'new', '2', 'x/', '', 'csv', 'use', '', '1', 'topic-a', '', 'twice', ''];
    const { code, err } = await sluice(['add'], { cwd, answers, aws: { bucketNames: async () => ['one', 'two'] } });
    expect(err).toContain('That cannot be.');
    expect(err).toMatch(/2 {2}two/);
    expect(code).toBe(0);
    expect(await readFile(fileOf(cwd, 'new'), 'utf8')).toBe(
      [
        '# yaml-language-server: $schema=rule.schema.json',
        'kind: export',
        'name: new',
        'source:',
        '  bucket: two',
        '  prefix: x/',
        '  format: csv',
        '  csv:',
        '    header: use',
        'select: SELECT * FROM S3Object s',
        'kafka:',
        '  connection: main',
        '  topic: topic-a',
        '  delivery: exactly-once',
        '',
      ].join('\n'),
    );
  });

  test('writes nothing that is wrong, and gives back what was answered', async () => {
    const cwd = await errorsProject();
    const { code, err } = await sluice(['add', 'new', ...flags, '--select', 'SELECT FROM'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain(
      "sluice add new --bucket my-logs --prefix x/ --format csv --header use --select 'SELECT FROM' --connection main --topic t",
    );
    expect(existsSync(fileOf(cwd, 'new'))).toBe(false);
  });

  test('does not write over a rule', async () => {
    const { code, err } = await sluice(['add', 'errors', ...flags, ...select], { cwd: await errorsProject() });
    expect([code, err]).toEqual([2, expect.stringContaining('there is a rule errors already')]);
  });

  test('names what is missing where nobody can be asked', async () => {
    const { code, err } = await sluice(['add', '--bucket', 'b'], { cwd: await errorsProject() });
    expect(code).toBe(2);
    expect(err).toContain('nobody to ask for the name, --format, --select, --connection, --topic');
  });
});

describe('add of a sink', () => {
  test('into PostgreSQL, from options alone', async () => {
    const cwd = await project();
    const options =
      'add rows --kind postgres-sink --connection main --topics a,b --message json --target warehouse --table errors --mode upsert --primary-key id,at';
    const { code, out } = await sluice(options.split(' '), { cwd, env });
    expect([code, out]).toEqual([0, expect.stringContaining('Try it:    npx sluice preview rows\n')]);
    expect(await written(cwd, 'rows')).toEqual({
      kind: 'postgres-sink',
      name: 'rows',
      source: { connection: 'main', topics: ['a', 'b'] },
      message: { format: 'json' },
      target: { connection: 'warehouse', table: 'errors' },
      mode: 'upsert',
      primaryKey: ['id', 'at'],
    });
    expect(await sluice(['check', '--files'], { cwd, env })).toMatchObject({ code: 0 });
  });

  test('into PostgreSQL, asked for, where nothing can be listed', async () => {
    const cwd = await project();
    const answers = ['2', 'rows', 'main', ' a , b', 'json', 'warehouse', 'logs', 'errors', 'upsert', 'id'];
    const { code, err } = await sluice(['add'], { cwd, env, answers });
    expect(code).toBe(0);
    expect(err).toMatch(/1 {2}export\n.*2 {2}postgres-sink\n.*3 {2}tdengine-sink/);
    expect(err).toContain('The topics cannot be listed from here');
    expect(err).toContain('The schemas cannot be listed from here');
    expect(err).not.toContain('hidden');
    expect(await written(cwd, 'rows')).toMatchObject({
      source: { connection: 'main', topics: ['a', 'b'] },
      target: { connection: 'warehouse', schema: 'logs', table: 'errors' },
      mode: 'upsert',
      primaryKey: ['id'],
    });
  });

  test.each([
    [
      'id text, at timestamptz not null, cost numeric(10, 2)',
      { id: 'text', at: 'timestamptz not null', cost: 'numeric(10, 2)' },
    ],
    ['event', true],
  ])('a table that is to be made: %s', async (columns, createTable) => {
    const cwd = await project();
    const options = ['--kind', 'postgres-sink', '--connection', 'main', '--topics', 'a', '--message', 'debezium'];
    const target = ['--target', 'warehouse', '--table', 't', '--mode', 'mirror', '--create-table', columns];
    expect(await sluice(['add', 'rows', ...options, ...target], { cwd, env })).toMatchObject({ code: 0 });
    expect(await written(cwd, 'rows')).toMatchObject({ createTable });
  });

  test('into TDengine, asked for: the super table is to be made from an example', async () => {
    const cwd = await project();
    const sample = '{"id": 1, "volts": 230.5}';
    const answers = ['tdengine-sink', 'meters', '1', 'tp1', '1', '1', 'power', 'meters', sample, 'id', '', 'at:ms'];
    const { code } = await sluice(['add'], { cwd, env, answers });
    expect(code).toBe(0);
    expect(await written(cwd, 'meters')).toEqual({
      kind: 'tdengine-sink',
      name: 'meters',
      source: { connection: 'main', topics: ['tp1'] },
      message: { format: 'json', sample },
      target: { connection: 'plant', database: 'power', superTable: 'meters' },
      create: { database: { precision: 'ms' }, infer: true },
      subTable: 't_{id}',
      timestamp: { field: 'at', unit: 'ms' },
      tags: { id: 'id' },
    });
  });

  test.each([
    ['at:rfc3339', { field: 'at', format: 'rfc3339' }],
    ['at:yyyy-MM-dd HH:mm:ss', { field: 'at', format: 'yyyy-MM-dd HH:mm:ss' }],
    ['message-time', 'message-time'],
  ])('a timestamp %s', async (text, timestamp) => {
    const cwd = await project();
    const options =
      '--kind tdengine-sink --connection main --topics tp1 --message json --target plant --database power';
    const more = ['--super-table', 'meters', '--sub-table', 't_{id}', '--tags', 'id,place=city', '--timestamp', text];
    expect(await sluice(['add', 'meters', ...options.split(' '), ...more], { cwd, env })).toMatchObject({ code: 0 });
    expect(await written(cwd, 'meters')).toMatchObject({ timestamp, tags: { id: 'id', place: 'city' } });
  });

  test('names what is missing, and what is of another kind', async () => {
    const cwd = await project();
    const lacking = await sluice(['add', 'rows', '--kind', 'postgres-sink', '--topics', 'a'], { cwd, env });
    expect(lacking.err).toContain('nobody to ask for --connection, --message, --target, --table, --mode');
    const foreign = await sluice(['add', 'rows', '--kind', 'tdengine-sink', '--table', 't'], { cwd, env });
    expect(foreign.err).toContain('a rule of kind tdengine-sink has no --table');
    const unknown = await sluice(['add', 'rows', '--kind', 'mysql-sink'], { cwd, env });
    expect(unknown.err).toContain('Kinds: export, postgres-sink, tdengine-sink.');
    expect([lacking.code, foreign.code, unknown.code]).toEqual([2, 2, 2]);
  });

  test('gives back what was answered, when it is wrong', async () => {
    const cwd = await project();
    const options = '--kind postgres-sink --connection main --topics a --message json --target nowhere --table t';
    const { code, err } = await sluice(['add', 'rows', ...options.split(' '), '--mode', 'insert'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain(`sluice add rows ${options} --mode insert`);
    expect(existsSync(fileOf(cwd, 'rows'))).toBe(false);
  });
});
