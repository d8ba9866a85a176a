import type { Stop } from '../../../lib/sink/contract.ts';
import type { SinkRunRecord } from '../../../lib/telemetry/sink-run-record.ts';
import {
  CONNECTIONS,
  DEPLOYED,
  functionsOf,
  NOW,
  projectOf,
  removeProjects,
  runLogsOf,
  sluice,
} from '../../support/cli-fakes.ts';

const RULE = `kind: postgres-sink
name: errors
source: { connection: main, topics: [errors] }
message: { format: json, sample: '{"id": 9007199254740993, "uri": "/api/orders"}' }
steps:
  - regex: { field: uri, pattern: '^/api/(?<service>[^/]+)' }
target: { connection: warehouse, table: errors }
`;
const DATABASE = `${CONNECTIONS}postgres:\n  warehouse: { host: 127.0.0.1, port: 1, database: ops, secret: 'env:PG' }\n`;
const env = { SLUICE_STAGE: 'local', PG: '{"username":"u","password":"geheim"}' };

const STOP: Stop = {
  topic: 'errors',
  partition: 3,
  offset: 17,
  since: NOW - 60_000,
  code: 'NotNull',
  reason: 'null in id',
  fix: 'Mend it.',
};
const RUN: SinkRunRecord = {
  kind: 'sink',
  run: '11111111-2222-3333-4444-555555555555',
  rule: 'errors',
  stage: 'local',
  trigger: 'kafka',
  partitions: [
    { topic: 'errors', partition: 3, first: 10, last: 20 },
    { topic: 'errors', partition: 4, first: 1, last: 2 },
  ],
  startedAt: '2026-06-01T11:58:00.000Z',
  durationMs: 2000,
  result: 'stopped',
  read: 13,
  ignored: 1,
  filtered: 2,
  written: 9,
  deleted: 1,
  repeated: 0,
  failed: 1,
  discarded: 0,
  deadLettered: 0,
  incidents: [{ afterMs: 400, code: 'TargetUnreachable', reason: 'the database went away' }],
  error: {
    code: 'PartitionStopped',
    stage: 'sink',
    reason: 'stands still',
    fix: 'Resume it.',
    retryable: false,
    context: {},
  },
};

/** An AWS with the rule's function, which answers commands as a sink does. */
function awsWith(stops: readonly Stop[]) {
  const asked: object[] = [];
  const own = { ...DEPLOYED, name: 'errors-local' };
  return {
    asked,
    aws: {
      functions: async () => ({
        ...functionsOf([own]),
        invoke: async (_: string, payload: object) => {
          asked.push(payload);
          return { stops };
        },
      }),
      sinkRunLogs: async () => runLogsOf<SinkRunRecord>([{ at: NOW, run: RUN }]),
    },
  };
}

const project = () => projectOf({ 'rules/errors.yml': RULE, 'connections.yml': DATABASE });
afterEach(removeProjects);

test('preview shows the sample after each step, digits and all, and says why there are no statements', async () => {
  const said = await sluice(['preview', 'errors'], { cwd: await project(), env });
  expect(said.out).toContain('1 message of the sample in the rule. Nothing is written.');
  expect(said.out).toMatch(/parsed\nMESSAGE +id +uri\n0:0 +9007199254740993 +\/api\/orders/);
  expect(said.out).toMatch(/steps\.1 regex\nMESSAGE +id +uri +service\n0:0 +9007199254740993 +\/api\/orders +orders/);
  expect(said.err).toContain('127.0.0.1:1');
  expect(said.err).not.toContain('geheim');
  const { out } = await sluice(['preview', 'errors', '--json'], { cwd: await project(), env });
  expect(out).toContain('"rows":[{"id":9007199254740993,"uri":"/api/orders"}]');
  expect(JSON.parse(out)).toMatchObject({
    rule: 'errors',
    source: 'the sample in the rule',
    messages: [{ offset: 0 }],
  });
});

test.each([
  [['preview', 'errors', 'a.csv'], 'a sink reads messages'],
  [['preview', 'errors', '--from', 'yesterday'], '--from yesterday'],
  [['preview', 'errors', '--count', '0'], '--count 0'],
  [['resume', 'errors', 'other'], 'does not read a topic other'],
  [['resume', 'errors', '--recreated'], 'Name the topic'],
])('%j is refused', async (line, words) => {
  const said = await sluice(line, { cwd: await project(), env });
  expect([said.code, said.err]).toEqual([2, expect.stringContaining(words)]);
});

test('logs shows deliveries, and what stands still', async () => {
  const said = await sluice(['logs', 'errors'], { cwd: await project(), env, ...awsWith([STOP]) });
  expect(said.out).toMatch(
    /11111111 +stopped +errors-3 10–20 and 1 partition more +13 +9 +1 +1 +2\.0 s +PartitionStopped/,
  );
  expect(said.out).toMatch(/errors +3 +17 +1 min ago +NotNull +null in id/);
  expect(said.out).toContain('sluice resume errors');
  const whole = await sluice(['logs', 'errors', '11111111'], { cwd: await project(), env, ...awsWith([]) });
  expect(whole.out).toContain('9 written (5 rows/s), 1 deleted, 2 filtered out');
  expect(whole.out).toContain('fix: Resume it.');
});

test('list says where a sink stands still, and that it is not well', async () => {
  const said = await sluice(['list'], { cwd: await project(), env, ...awsWith([STOP]) });
  expect(said.code).toBe(1);
  expect(said.out).toContain('1 partition stands still errors-3 at message 17');
});

test('resume asks the function, and says that nothing stands still', async () => {
  const { aws, asked } = awsWith([]);
  const said = await sluice(['resume', 'errors', 'errors', '--yes'], { cwd: await project(), env, aws });
  expect([said.code, said.out]).toEqual([0, 'Nothing stands still.']);
  expect(asked).toEqual([{ sluice: 'stops' }]);
});

test('resume --skip asks for it, and names what is left out', async () => {
  const { aws, asked } = awsWith([STOP]);
  const said = await sluice(['resume', 'errors', '--skip', '--yes'], { cwd: await project(), env, aws });
  expect(asked.at(-1)).toEqual({ sluice: 'resume', skip: true });
  expect(said.err).toContain('17');
});

test('check probes what a sink needs', async () => {
  const said = await sluice(['check', 'errors', '--json'], { cwd: await project(), env });
  const [{ probes }] = (JSON.parse(said.out) as { rules: [{ probes: { name: string }[] }] }).rules;
  const names = probes.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['secret env:PG', 'kafka main', 'topic errors', 'group sluice.local.errors.errors']),
  );
  expect(said.out).not.toContain('geheim');
});
