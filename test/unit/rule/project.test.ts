import { loadProject } from '../../../lib/rule/disk.ts';
import {
  listRules,
  originsOf,
  readProject,
  resolveExport,
  resolveRule,
  stagesOf,
  validateProject,
} from '../../../lib/rule/index.ts';
import { project, rule, told } from './project.ts';

const errorOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('several rules', () => {
  const other = (text: string): string => text.replace('name: errors', 'name: others');

  test('a name that is taken, in other letters too', () => {
    const found = validateProject(
      project([rule(), rule('name: errors', 'name: Errors').replace('access/', 'other/')]),
      'dev',
    );
    expect(found.map(told)).toEqual(['rules/2.yml:2:7 the name Errors is taken by rules/1.yml:2']);
  });

  const overlapping: readonly [string, string, boolean][] = [
    ['  prefix: access/', '  prefix: access/2026/', true],
    ['  prefix: access/', '', true],
    ['  prefix: access/', '  prefix: access/\n  suffix: .csv', true],
    ['  prefix: access/', '  prefix: accessories/', false],
    ['  prefix: access/', '  prefix: access/\n  trigger: sqs', true],
    ['  prefix: access/', '  prefix: access/\n  trigger: eventbridge', false],
    ['  bucket: my-logs', '  bucket: my-other-logs', false],
  ];
  test.each(overlapping)('%j beside %j: refused %j', (line, otherwise, refused) => {
    const found = validateProject(project([rule(), other(rule(line, otherwise))]), 'dev');
    expect(found.map(({ code }) => code)).toEqual(refused ? ['OverlappingNotifications'] : []);
  });

  test('suffixes that cannot both match are allowed under one prefix', () => {
    const csv = rule('  prefix: access/', '  prefix: access/\n  suffix: .csv');
    const json = other(rule('  prefix: access/', '  prefix: access/\n  suffix: .json'));
    expect(validateProject(project([csv, json]), 'dev')).toEqual([]);
  });

  test('what S3 refuses is told with the way out, at the second rule', () => {
    const [found] = validateProject(project([rule(), other(rule())]), 'dev');
    expect(found && told(found)).toBe(
      'rules/2.yml:4:11 S3 refuses two notifications for the same objects of my-logs: errors (rules/1.yml) takes some of what others takes',
    );
    expect(found?.fix).toContain('trigger: eventbridge');
  });

  test('rules that meet on one stage only are refused on that one', () => {
    const apart = `${other(rule('  bucket: my-logs', '  bucket: my-other-logs'))}stages: { prod: { source: { bucket: my-logs } } }\n`;
    const both = project([rule(), apart]);
    expect(validateProject(both, 'dev')).toEqual([]);
    expect(validateProject(both, 'prod')).toHaveLength(1);
    expect(validateProject(both)).toHaveLength(1);
  });
});

describe('stages', () => {
  const staged = `${rule()}vpc: { subnetIds: [a, b], securityGroupIds: [c] }
stages:
  prod: { source: { prefix: prod/ }, vpc: { subnetIds: [d] }, function: { memory: 512 } }
  local: { source: { bucket: 'logs-\${stage}' }, vpc: null }
`;

  test('maps merge, lists and scalars replace, null removes', () => {
    const of = (stage: string) => resolveExport(project([staged]), 'errors', stage).rule;
    expect(of('dev')).toMatchObject({
      source: { bucket: 'my-logs' },
      vpc: { subnetIds: ['a', 'b'], securityGroupIds: ['c'] },
    });
    expect(of('prod')).toMatchObject({
      source: { bucket: 'my-logs', prefix: 'prod/' },
      vpc: { subnetIds: ['d'], securityGroupIds: ['c'] },
      function: { memory: 512, timeout: 900 },
    });
    expect(of('local').source.bucket).toBe('logs-local');
    expect(of('local')).not.toHaveProperty('vpc');
  });

  test('the stages of a project are those that its files name, and dev', () => {
    expect(stagesOf(project([staged]))).toEqual(['dev', 'prod', 'local']);
  });

  test('a stage that no file names sees the base', () => {
    expect(resolveExport(project([staged]), 'errors', 'test').rule.source.prefix).toBe('access/');
  });

  test('what is wrong on every stage is told once', () => {
    expect(validateProject(project([staged.replace('  topic: errors', '  topic: a b')]))).toHaveLength(1);
  });

  test('a variable is asked for only on the stage that needs it', () => {
    const needs = project([`${rule()}stages: { prod: { kafka: { topic: '\${env:TOPIC}' } } }\n`]);
    expect(validateProject(needs, 'dev')).toEqual([]);
    expect(validateProject(needs, 'prod').map(({ code }) => code)).toEqual(['MissingVariable']);
  });

  test('a stage that cannot be one is refused', () => {
    expect(errorOf(() => resolveRule(project([rule()]), 'errors', 'Prod'))).toMatchObject({ code: 'UnknownStage' });
  });
});

describe('variables', () => {
  const memory = (env: Record<string, string>) =>
    resolveRule(project([`${rule()}function: { memory: '\${env:MEMORY, 256}' }\n`], env), 'errors', 'dev').rule.function
      .memory;

  test('a number may come from one, or from its default', () => {
    expect(memory({ MEMORY: '2048' })).toBe(2048);
    expect(memory({})).toBe(256);
    expect(memory({ MEMORY: '' })).toBe(256);
  });

  test('text stays text even where it looks like a number', () => {
    const text = project([rule('  prefix: access/', "  prefix: '${env:PREFIX}'")], { PREFIX: '0123' });
    expect(resolveExport(text, 'errors', 'dev').rule.source.prefix).toBe('0123');
  });

  test('a doubled dollar is the character', () => {
    const text = project([rule('  prefix: access/', "  prefix: 'a$${stage}'")]);
    expect(resolveExport(text, 'errors', 'dev').rule.source.prefix).toBe('a${stage}');
  });

  test('several brokers may stand in one', () => {
    const brokers = "kafka: { main: { brokers: ['${env:BROKERS}'] } }\n";
    const { bundle } = resolveRule(project([rule()], { BROKERS: 'a:1,b:2' }, brokers), 'errors', 'dev');
    expect(bundle.connections.kafka['main']?.brokers).toEqual(['a:1', 'b:2']);
  });
});

test('sizes and durations are bytes and seconds', () => {
  const text = `${rule()}rate: { bytes: 1.5MiB, shared: cache }\nfunction: { timeout: 90s }\n`;
  const { rate, function: fn, kafka } = resolveExport(project([text]), 'errors', 'dev').rule;
  expect([rate?.bytes, fn.timeout, kafka.remember, kafka.dedupe]).toEqual([1_572_864, 90, 34_560_000, 86_400]);
});

test('an unknown rule is named with what there is', () => {
  expect(errorOf(() => resolveRule(project([rule()]), 'erorrs', 'dev'))).toMatchObject({
    code: 'UnknownRule',
    message: 'there is no rule erorrs; did you mean errors?',
    fix: 'There are: errors.',
  });
});

test('a bad connections file does not hide what is wrong with the rules, nor blames them for it', () => {
  const found = validateProject(project([rule('  format: csv', '  format: scv')], {}, 'kafka: { main: {} }\n'), 'dev');
  expect(found.map(({ context }) => context.file)).toEqual(['connections.yml', 'rules/1.yml']);
});

test('the hash is of what the rule says, not of how it is written', () => {
  const hash = (text: string) => resolveRule(project([text]), 'errors', 'dev').bundle.hash;
  const moved = rule('name: errors', '').replace('kind: export\n', 'kind: export\n# said again\nname: errors\n');
  expect(hash(moved)).toBe(hash(rule()));
  expect(hash(rule('  topic: errors', '  topic: other'))).not.toBe(hash(rule()));
});

describe('the examples', () => {
  const example = () => loadProject(process.cwd(), {});

  test('hold on every stage that they name', async () => {
    const found = await example();
    expect(validateProject(found)).toEqual([]);
    expect(listRules(found)).toEqual([
      { name: 'errors-to-kafka', kind: 'export', file: 'rules/errors-to-kafka.yml' },
      { name: 'errors-to-postgres', kind: 'postgres-sink', file: 'rules/errors-to-postgres.yml' },
      { name: 'meters-to-tdengine', kind: 'tdengine-sink', file: 'rules/meters-to-tdengine.yml' },
    ]);
  });

  test('say where each value came from', async () => {
    const origins = originsOf(resolveRule(await example(), 'errors-to-kafka', 'local'));
    const of = (path: string) => origins.find((origin) => origin.path === path);
    expect(of('source.bucket')).toMatchObject({
      value: 'my-logs-local',
      from: 'stage',
      file: 'rules/errors-to-kafka.yml',
    });
    expect(of('kafka.topic')).toMatchObject({ value: 'errors', from: 'base', line: 15 });
    expect(of('function.memory')).toEqual({ path: 'function.memory', value: 1024, from: 'default', variables: [] });
    expect(of('vpc.subnetIds[0]')).toBeUndefined();
  });

  test('travel with their own connections only', async () => {
    const { connections } = resolveRule(await example(), 'errors-to-kafka', 'prod').bundle;
    expect(connections).toEqual({
      kafka: {
        main: {
          brokers: ['b-1.example.com:9096', 'b-2.example.com:9096'],
          auth: { mechanism: 'scram-sha-512', secret: 'AmazonMSK_sluice' },
          tls: { ca: 'sluice/kafka-ca' },
        },
      },
      postgres: {},
      tdengine: {},
      redis: { cache: { url: 'rediss://cache.example.com:6379', secret: 'sluice/redis' } },
    });
  });
});

test('a project without connections.yml says where to write them', () => {
  const bare = readProject({ rules: [{ path: 'rules/1.yml', text: rule() }] }, {});
  expect(validateProject(bare, 'dev').map(({ message, fix }) => [message, fix])).toEqual([
    ['there is no kafka connection "main"', 'Add it to connections.yml under kafka:.'],
  ]);
});
