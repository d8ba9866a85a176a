import { lookAtBucket } from '../../../../lib/export/check/bucket.ts';
import type { KafkaProbes } from '../../../../lib/export/check/kafka.ts';
import { ok, probe } from '../../../../lib/export/check/probe.ts';
import { checkSetup, type SetupPorts } from '../../../../lib/export/check/setup.ts';
import { ifSilent } from '../../../../lib/export/check/silence.ts';
import { type CheckPorts, checkExport } from '../../../../lib/export/check.ts';
import { SluiceError } from '../../../../lib/failure/index.ts';
import type { ObjectStore } from '../../../../lib/object/contract.ts';
import {
  type ExportBundle,
  type ExportRule,
  type ProjectFiles,
  readProject,
  resolveExport,
} from '../../../../lib/rule/index.ts';
import { createSecretStore } from '../../../../lib/secret/index.ts';
import { INFO, storeOf } from '../../../support/export-fakes.ts';

const RULE = `kind: export
name: errors
source: { bucket: logs, prefix: access/, suffix: .csv, format: csv, csv: { header: use } }
select: SELECT s.a FROM S3Object s
kafka: { connection: main, topic: errors, delivery: at-least-once }
`;
const CONNECTIONS = `kafka: { main: { brokers: [b-1.example.com:9096], auth: { mechanism: scram-sha-512, secret: kafka-secret }, tls: true } }
redis: { cache: { url: redis://cache.example.com:6379 } }
`;

function bundle(more = ''): ExportBundle {
  const files: ProjectFiles = {
    rules: [{ path: 'rules/errors.yml', text: RULE + more }],
    connections: { path: 'connections.yml', text: CONNECTIONS },
  };
  return resolveExport(readProject(files, {}), 'errors', 'dev').bundle;
}

const kafka = (more: Partial<Awaited<ReturnType<KafkaProbes['open']>>> = {}, version = 5): KafkaProbes => ({
  open: async () => ({
    brokers: async () => ['b-1.example.com:9096'],
    describeTopic: async (name) => ({ name, partitions: 6, config: { 'max.message.bytes': '1048588' } }),
    close: async () => undefined,
    ...more,
  }),
  versions: async () => new Map([[28, version]]),
  transaction: async () => undefined,
});

const ports = (more: Partial<CheckPorts> = {}): CheckPorts => ({
  secrets: createSecretStore({ fetch: async () => '{"username": "u", "password": "p4ss"}' }),
  clock: Date.now,
  store: async () => storeOf(Buffer.from('a\n1\n')),
  kafka: kafka(),
  redis: async () => undefined,
  ...more,
});

const states = async (more: Partial<CheckPorts> = {}, rule = '') =>
  Object.fromEntries((await checkExport(bundle(rule), ports(more))).map(({ name, state }) => [name, state]));

const failure = (code: string) => new SluiceError(code, 'it broke', { stage: 'kafka', fix: 'Mend it.' });

test('everything is well', async () => {
  const rule = 'onError: { deadLetter: { topic: dead } }\nrate: { records: 10, shared: cache }\n';
  expect(await states({}, rule)).toEqual({
    'secret kafka-secret': 'ok',
    'bucket logs': 'ok',
    'kafka main': 'ok',
    'kafka version': 'ok',
    'topic errors': 'ok',
    'dead-letter topic dead': 'ok',
    'redis cache': 'ok',
  });
});

test('what rests on what failed is not tried', async () => {
  const away = { ...kafka(), open: () => Promise.reject(failure('BrokerUnreachable')) };
  expect(await states({ kafka: away })).toMatchObject({
    'kafka main': 'failed',
    'topic errors': 'skipped',
    'kafka version': 'skipped',
  });
  const secrets = createSecretStore({ fetch: () => Promise.reject(failure('MissingSecret')) });
  expect(await states({ secrets })).toMatchObject({
    'secret kafka-secret': 'failed',
    'kafka main': 'failed',
    'topic errors': 'skipped',
    'bucket logs': 'ok',
  });
});

test('an older broker and a compacted topic are warned of, a topic that is missing fails', async () => {
  expect(await states({ kafka: kafka({}, 4) })).toMatchObject({ 'kafka version': 'warning', 'topic errors': 'ok' });
  const compacted = kafka({
    describeTopic: async (name) => ({ name, partitions: 1, config: { 'cleanup.policy': 'compact' } }),
  });
  expect(await states({ kafka: compacted })).toMatchObject({ 'topic errors': 'warning' });
  const missing = kafka({ describeTopic: () => Promise.reject(failure('MissingTopic')) });
  const probes = await checkExport(bundle(), ports({ kafka: missing }));
  expect(probes.find(({ name }) => name === 'topic errors')).toMatchObject({
    state: 'failed',
    detail: 'it broke',
    fix: 'Mend it.',
  });
});

test('no probe shows a secret', async () => {
  expect(JSON.stringify(await checkExport(bundle(), ports()))).not.toContain('p4ss');
});

test('the connection to Kafka is closed when all have looked', async () => {
  let closed = 0;
  await checkExport(bundle(), ports({ kafka: kafka({ close: async () => void closed++ }) }));
  await new Promise(setImmediate);
  expect(closed).toBe(1);
});

describe('a probe', () => {
  const options = { clock: () => 5, ifSilent: 'Open the port.', limitMs: 5 };

  test('that gets no answer ends, and says what to look at', async () => {
    const silent = await probe('x', options, () => new Promise(() => undefined));
    expect(silent).toEqual({
      name: 'x',
      state: 'failed',
      detail: 'no answer within 0.005 s',
      fix: 'Open the port.',
      ms: 0,
    });
  });

  test('that throws what is not ours is told plainly', async () => {
    expect(await probe('x', options, () => Promise.reject(new TypeError('odd')))).toMatchObject({
      state: 'failed',
      detail: 'TypeError: odd',
    });
  });

  test('that answers is not held up', async () => {
    expect(await probe('x', options, async () => ok('here'))).toEqual({
      name: 'x',
      state: 'ok',
      detail: 'here',
      ms: 0,
    });
  });
});

test.each(['s3', 'secretsmanager', 'kafka', 'redis'] as const)('silence of %s names what a VPC lacks', (target) => {
  const { rule } = bundle('vpc: { subnetIds: [subnet-1], securityGroupIds: [sg-1] }\n');
  expect(ifSilent(rule, target)).toContain('subnet-1');
  expect(ifSilent(bundle().rule, target)).not.toContain('subnet-1');
});

describe('the bucket', () => {
  const { source } = bundle().rule;
  const listing = (keys: readonly string[]): ObjectStore => ({
    ...storeOf(Buffer.from('a')),
    async *list() {
      for (const key of keys) yield { ...INFO, key };
    },
  });

  test.each([
    [['access/a.csv'], 'ok', 'listed and read'],
    [[], 'ok', 'no object yet'],
    [
      ['access/a.json', 'access/b.json'],
      'warning',
      'none of the first 2 objects under s3://logs/access/ ends with .csv',
    ],
  ])('with %j is %s', async (keys, state, detail) => {
    expect(await lookAtBucket(listing(keys), source)).toMatchObject({ state, detail: expect.stringContaining(detail) });
  });
});

describe('the set-up', () => {
  const setup = (more: Partial<SetupPorts> = {}): SetupPorts => ({
    clock: () => 0,
    functionArn: 'arn:aws:lambda:eu-central-1:1:function:errors-dev',
    notifications: async () => ({}),
    logging: async () => undefined,
    logGroupExists: async () => false,
    unreservedInstances: async () => 105,
    ...more,
  });
  const found = async (rule: ExportBundle, more: Partial<SetupPorts> = {}) =>
    (await checkSetup(rule, setup(more))).map(({ name, state }) => [name, state]);
  const withSource = (more: Partial<ExportRule['source']>): ExportBundle => {
    const whole = bundle();
    return { ...whole, rule: { ...whole.rule, source: { ...whole.rule.source, ...more } } };
  };

  test('of a deployed rule is judged by its notification', async () => {
    expect(await found(bundle())).toEqual([['notification of logs', 'failed']]);
    expect(await found(bundle(), { functionArn: undefined })).toEqual([]);
    expect(await found(withSource({ trigger: 'none' }))).toEqual([]);
  });

  test('of access logs by the logging of their bucket', async () => {
    expect(await found(withSource({ logsOf: 'site', trigger: 'none' }))).toEqual([['logging of site', 'failed']]);
  });

  test('of a dead-letter log group by its being there', async () => {
    const rule = bundle('onError: { deadLetter: { logGroup: dead } }\n');
    expect(await found(rule, { functionArn: undefined })).toEqual([['dead-letter log group dead', 'failed']]);
    expect(await found(rule, { functionArn: undefined, logGroupExists: async () => true })).toEqual([
      ['dead-letter log group dead', 'ok'],
    ]);
  });

  test('of a rate by what the account can reserve', async () => {
    const rate = (instances: number) => bundle(`rate: { records: 100, instances: ${instances} }\n`);
    expect(await found(rate(5), { functionArn: undefined })).toEqual([['rate', 'ok']]);
    expect(await found(rate(6), { functionArn: undefined })).toEqual([['rate', 'warning']]);
  });

  test('a right that is missing fails the one probe', async () => {
    const denied = new SluiceError('AccessDenied', 'not allowed', { stage: 'cli' });
    expect(await found(bundle(), { notifications: () => Promise.reject(denied) })).toEqual([
      ['notification of logs', 'failed'],
    ]);
  });
});
