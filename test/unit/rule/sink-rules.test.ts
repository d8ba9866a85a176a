import { originsOf, resolveExport, resolveSink } from '../../../lib/rule/index.ts';
import { RULE } from '../../support/errors-rule.ts';
import { project } from './project.ts';
import { CONNECTIONS, POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

const postgres = (text: string) => resolveSink(sinks(text), 'rows', 'prod').rule;
const tdengine = (text: string) => resolveSink(sinks(text), 'meters', 'prod').rule;

test('what a PostgreSQL sink does not say is the default', () => {
  expect(postgres(POSTGRES)).toEqual({
    kind: 'postgres-sink',
    name: 'rows',
    source: {
      connection: 'main',
      topics: ['errors'],
      from: 'earliest',
      batch: { records: 5000 },
      timeoutMs: 'never',
      maxWaitMs: 100,
      concurrency: 2,
      provisioned: false,
    },
    message: {
      format: 'json',
      charset: 'utf-8',
      nested: 'path',
      debezium: expect.objectContaining({ placeholder: '__debezium_unavailable_value', binary: 'base64' }) as object,
    },
    steps: [{ filter: 'status != 503' }],
    target: { connection: 'warehouse', schema: 'public', table: 'errors', conflict: 'auto' },
    mode: 'upsert',
    primaryKey: ['id'],
    columns: { id: 'request_id', status: 'status' },
    createTable: { from: 'nothing' },
    schemaEvolution: 'none',
    allowTruncate: false,
    provenanceFor: 30 * 86_400,
    onError: { kind: 'retain' },
    function: { timeout: 300, memory: 1024, logRetention: 30 },
  });
});

test('what a TDengine sink does not say is the default', () => {
  expect(tdengine(TDENGINE)).toMatchObject({
    source: { timeoutMs: 500, concurrency: 2 },
    message: { nested: 'flatten' },
    create: { infer: false, timestampColumn: 'ts' },
    subTable: { template: 't_{id}', onInvalid: 'fail', onEmpty: 'fail', onTooLong: 'fail' },
    timestamp: { kind: 'message' },
    sameTimestamp: 'key',
    faults: { nan: 'fail', tooLong: 'fail' },
    allow: { addColumns: false, widen: false, setTag: false },
    onError: { kind: 'retain' },
  });
});

test.each([
  ["{ field: ts, unit: 'ns' }", { kind: 'number', field: 'ts', unit: 'ns' }, 'last'],
  ['{ field: ts, format: rfc3339 }', { kind: 'text', field: 'ts', format: 'rfc3339' }, 'last'],
])('a time of its own is one row of a table: %s', (given, timestamp, sameTimestamp) => {
  const rule = tdengine(written(TDENGINE, 'timestamp: message-time', `timestamp: ${given}`));
  expect(rule).toMatchObject({ timestamp, sameTimestamp });
});

const COLUMNS = 'columns: { id: request_id, status: status }';

test.each([
  ['a field', 'uri', 'uri'],
  ['a path', 'location.city', 'location.city'],
  ['an expression', "UPPER(uri) || '!'", "UPPER(uri) || '!'"],
  ['a field of a name that SQL reserves', 'date', '"date"'],
  ['a field of a quoted name', '\'"Date of birth"\'', '"Date of birth"'],
  ['nothing', "'NULL'", 'NULL'],
  ['a number', '-1.5', '-1.5'],
  ['true', 'true', 'true'],
  ['a text', '{ value: "it\'s" }', "'it''s'"],
  ['a constant number', '{ value: 7 }', '7'],
  ['a default', '{ from: user, default: nobody }', `COALESCE("user", 'nobody')`],
])('a column is filled with %s', (_about, given, expression) => {
  const text = written(POSTGRES, COLUMNS, `columns: { id: request_id, status: ${given} }`);
  expect(postgres(text)).toMatchObject({ columns: { id: 'request_id', status: expression } });
});

test.each([
  ["'null'", 'null'],
  ['null', 'null'],
  ['discard', 'discard'],
])('what no pattern matches: onMiss: %s', (given, onMiss) => {
  const step = `  - regex: { field: uri, pattern: '(?<a>.)', onMiss: ${given} }`;
  expect(postgres(written(POSTGRES, '  - filter: status != 503', step))).toMatchObject({
    steps: [{ regex: { onMiss } }],
  });
});

test.each([
  ['createTable: true', { from: 'event' }],
  ['createTable: false', { from: 'nothing' }],
])('%s', (line, createTable) => {
  const mirror = written(written(POSTGRES, 'mode: upsert', 'mode: mirror'), COLUMNS, line);
  expect(postgres(mirror.replace('format: json', 'format: debezium'))).toMatchObject({ columns: 'all', createTable });
});

test.each([
  ['lsn', { by: 'lsn', column: 'sluice_lsn' }],
  ['{ lsn: changed_at }', { by: 'lsn', column: 'changed_at' }],
  ['{ column: status }', { by: 'column', column: 'status' }],
])('ifNewer: %s', (given, ifNewer) => {
  const mirror = written(POSTGRES, 'mode: upsert', 'mode: mirror').replace('format: json', 'format: debezium');
  expect(postgres(`${mirror}ifNewer: ${given}\n`)).toMatchObject({ ifNewer });
});

test('a bundle holds the two connections of its sink, and no others', () => {
  const { connections } = resolveSink(sinks(TDENGINE), 'meters', 'prod').bundle;
  expect(Object.entries(connections).map(([kind, named]) => [kind, Object.keys(named)])).toEqual([
    ['kafka', ['main']],
    ['postgres', []],
    ['tdengine', ['plant']],
    ['redis', []],
  ]);
});

test('each value of a sink is told with where it came from', () => {
  const origins = originsOf(resolveSink(sinks(TDENGINE), 'meters', 'prod'));
  const of = (path: string) => origins.find((each) => each.path === path);
  expect(of('steps[0].split.count')).toMatchObject({ value: 2, from: 'base', line: 6 });
  expect(of('source.timeoutMs')).toMatchObject({ value: 500, from: 'default' });
  expect(of('faults.nan')).toMatchObject({ value: 'fail', from: 'default' });
  expect(of('name')).toMatchObject({ value: 'meters', file: 'rules/1.yml', line: 2 });
});

test('a sink is no export, and an export no sink', () => {
  const both = project([POSTGRES, RULE], {}, CONNECTIONS);
  expect(() => resolveExport(both, 'rows', 'local')).toThrow('rows is of kind postgres-sink: this is for an export');
  expect(() => resolveSink(both, 'errors', 'local')).toThrow('errors is of kind export: this is for a sink');
});

test('what only pollers cannot do keeps nobody from polling without them', () => {
  const open = sinks(POSTGRES.replace('connection: main', 'connection: open'));
  expect(resolveSink(open, 'rows', 'dev').rule.source.connection).toBe('open');
});
