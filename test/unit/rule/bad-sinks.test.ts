import { validateProject } from '../../../lib/rule/index.ts';
import { told } from './project.ts';
import { POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

const postgres = (line: string, otherwise: string): string => written(POSTGRES, line, otherwise);
const tdengine = (line: string, otherwise: string): string => written(TDENGINE, line, otherwise);
const SOURCE = 'source: { connection: main, topics: [errors] }';
const source = (otherwise: string): string => postgres(SOURCE, `source: { connection: main, ${otherwise} }`);
const step = (otherwise: string): string => postgres('  - filter: status != 503', `  - ${otherwise}`);
const COLUMNS = 'columns: { id: request_id, status: status }';
const CREATE = 'create: { columns: { first: VARCHAR(64) }, tags: { id: BIGINT } }';

const BAD: readonly (readonly [about: string, text: string, ...messages: string[]])[] = [
  // Where it reads
  ['no topics', source('topics: []'), 'rules/1.yml:3:37 source.topics: expected a list with at least one topic'],
  ['a topic twice', source('topics: [a, b, a]'), 'rules/1.yml:3:44 the topic a stands here a second time'],
  [
    'a moment that is none',
    source("topics: [a], from: { timestamp: '2026-01-01' }"),
    'rules/1.yml:3:61 source.from.timestamp: expected a moment such as 2026-01-01T00:00:00Z',
  ],
  [
    'a start that is none',
    source('topics: [a], from: begin'),
    'rules/1.yml:3:48 source.from is "begin", expected one of earliest, latest or a map',
  ],
  [
    'too large a batch',
    source('topics: [a], batch: { records: 20000 }'),
    'rules/1.yml:3:60 source.batch.records: expected at most 10000',
  ],
  [
    'too long a window',
    source('topics: [a], batch: { window: 10m }'),
    'rules/1.yml:3:59 source.batch.window: expected whole seconds from 0 to 300, such as 5s',
  ],
  [
    'a group over the limit',
    source(`topics: [a], group: ${'g'.repeat(199)}`),
    `rules/1.yml:3:49 the consumer group would be ${'g'.repeat(199)}.a, which has 201 characters; AWS takes 200`,
  ],
  [
    'topics whose mappings would have one name',
    source('topics: [a.b, a-b]'),
    'rules/1.yml:3:43 the mapping of topic a-b would have the name of that of a.b',
  ],
  [
    'dead letters that come back',
    postgres('onError: retain', 'onError: { deadLetter: { topic: errors } }'),
    "rules/1.yml:11:33 the dead letters' topic is one that this rule reads",
  ],
  [
    'a timeout over the limit',
    `${POSTGRES}function: { timeout: 15m }\n`,
    'rules/1.yml:12:22 function.timeout is more than Lambda allows a function that Kafka feeds',
  ],
  [
    'brokers that pollers cannot sign in to',
    postgres(SOURCE, 'source: { connection: open, topics: [errors] }'),
    "rules/1.yml:3:23 AWS's event pollers reach brokers outside of a VPC only by signing in",
  ],
  [
    'a password that would go in the clear',
    postgres(SOURCE, 'source: { connection: bare, topics: [errors] }'),
    "rules/1.yml:3:23 AWS's event pollers sign in with plain only over TLS",
  ],
  [
    'a sign-in that MSK does not have',
    postgres(SOURCE, 'source: { connection: weak, topics: [errors] }'),
    "rules/1.yml:3:23 AWS's event pollers do not sign in to MSK with scram-sha-256",
  ],
  [
    'a connection of another kind',
    postgres('target: { connection: warehouse, table: errors }', 'target: { connection: plant, table: errors }'),
    'rules/1.yml:7:23 there is no postgres connection "plant"; plant is a tdengine connection',
  ],
  // What a message is, and what is done to it
  [
    'options of another format',
    postgres('message: { format: json }', 'message: { format: json, debezium: { binary: hex } }'),
    'rules/1.yml:4:26 message.debezium means nothing with format: json',
  ],
  [
    'two steps in one',
    step('{ filter: a = 1, drop: [b] }'),
    'rules/1.yml:6:5 steps[0]: expected a map of one key, one of split, regex, json, convert, rename, drop, set, filter',
  ],
  [
    'a step that is none',
    step('{ filtre: a = 1 }'),
    'rules/1.yml:6:7 unknown key "filtre" in steps[0]; did you mean "filter"?',
  ],
  [
    'an expression that is none',
    step('filter: status !! 503'),
    'rules/1.yml:6:20 steps[0].filter: the character "!" has no meaning here',
  ],
  [
    'a filter that is no condition',
    step("filter: 'UPPER(status)'"),
    'rules/1.yml:6:14 steps[0].filter: STRING stands here, expected a condition',
  ],
  [
    'an unknown function',
    postgres(COLUMNS, 'columns: { id: request_id, status: status || UPPR(status) }'),
    expect.stringMatching(/^rules\/1\.yml:10:46 columns\.status: there is no function UPPR, expected one of /),
  ],
  [
    'an aggregate of one row',
    postgres(COLUMNS, 'columns: { id: request_id, status: { from: MAX(status), default: 0 } }'),
    'rules/1.yml:10:44 columns.status.from: MAX needs many rows, expected an expression',
  ],
  [
    'a pattern that is none',
    step("regex: { field: uri, pattern: '(?<a>' }"),
    'rules/1.yml:6:35 the pattern cannot be used: Invalid regular expression: /(?<a>/u: Unterminated group',
  ],
  [
    'a pattern that gives nothing',
    step("regex: { field: uri, pattern: '^/api/([^/]+)' }"),
    'rules/1.yml:6:35 the pattern cannot be used: it has no named group',
  ],
  [
    'a unit of what is no timestamp',
    step('convert: { at: { type: int, unit: ms } }'),
    'rules/1.yml:6:33 unit means nothing with type: int',
  ],
  [
    'a format that is none',
    step("convert: { at: { type: timestamp, format: 'yyyy-QQ' } }"),
    expect.stringMatching(/^rules\/1\.yml:6:47 the format yyyy-QQ cannot be used: /),
  ],
  [
    'a timestamp that is number and text',
    step('convert: { at: { type: timestamp, unit: ms, format: yyyy } }'),
    'rules/1.yml:6:57 unit and format are two ways of one thing',
  ],
  [
    'a field that was dropped',
    step('drop: [status]'),
    'rules/1.yml:10:36 there is no field status here: steps[0] has dropped it',
  ],
  [
    'a field that was renamed',
    step('rename: { request_id: rid }'),
    'rules/1.yml:10:16 there is no field request_id here: steps[0] calls it rid',
  ],
  [
    'a field that no text has',
    postgres('message: { format: json }', 'message: { format: text }'),
    'rules/1.yml:6:13 there is no field status here: a message of format: text has the field message',
    'rules/1.yml:10:16 there is no field request_id here: a message of format: text has the field message',
    'rules/1.yml:10:36 there is no field status here: a message of format: text has the field message',
  ],
  [
    'a field that was split',
    tdengine('columns: { first: message_0 }', 'columns: { first: message }'),
    'rules/1.yml:12:19 there is no field message here: steps[0] has split it',
  ],
  // PostgreSQL
  ['upsert by nothing', postgres('primaryKey: [id]', ''), 'rules/1.yml:8:7 mode: upsert needs primaryKey'],
  [
    'a mirror of plain rows',
    postgres('mode: upsert', 'mode: mirror'),
    'rules/1.yml:8:7 mode: mirror needs the changes of format: debezium',
  ],
  [
    'changes that are not mirrored',
    postgres('message: { format: json }', 'message: { format: debezium }'),
    'rules/1.yml:4:20 mode: upsert cannot apply the updates and deletes of format: debezium',
  ],
  [
    'a key that nothing fills',
    postgres('primaryKey: [id]', 'primaryKey: [id, day]'),
    'rules/1.yml:9:18 day of primaryKey is not in columns',
  ],
  [
    'a guard that nothing fills',
    `${POSTGRES}ifNewer: { column: updated_at }\n`,
    'rules/1.yml:12:20 updated_at of ifNewer is not in columns',
  ],
  [
    'a position that rows have not',
    `${POSTGRES}ifNewer: lsn\n`,
    'rules/1.yml:12:10 ifNewer: lsn needs mode: mirror, whose events tell it',
  ],
  [
    'what another mode has',
    `${POSTGRES}allowTruncate: true\nprovenanceFor: 1d\n`,
    'rules/1.yml:12:1 allowTruncate means nothing with mode: upsert',
    'rules/1.yml:13:1 provenanceFor means nothing with mode: upsert',
  ],
  [
    'a table made of nothing',
    `${POSTGRES}createTable: true\n`,
    'rules/1.yml:12:14 createTable: true needs types, and messages of format: json tell none',
  ],
  [
    'a table that lacks a column',
    `${POSTGRES}createTable: { id: text }\n`,
    'rules/1.yml:12:1 createTable lacks the column status',
  ],
  [
    'a type that would end the statement',
    `${POSTGRES}createTable: { id: text, status: 'int); DROP TABLE x' }\n`,
    'rules/1.yml:12:34 createTable.status: expected a type of PostgreSQL such as text, numeric(10, 2), timestamptz or text[]',
  ],
  [
    'columns added of no type',
    `${POSTGRES}schemaEvolution: add-columns\n`,
    'rules/1.yml:12:18 schemaEvolution: add-columns needs types, and messages of format: json tell none',
  ],
  // TDengine
  [
    'changes into measurements',
    tdengine('message: { format: json }', 'message: { format: debezium }'),
    'rules/1.yml:4:20 TDengine keeps measurements and cannot follow the updates and deletes of format: debezium',
  ],
  [
    'a column of no type',
    tdengine('columns: { first: message_0 }', 'columns: { first: message_0, second: message_1 }'),
    'rules/1.yml:12:38 second is not in create.columns',
  ],
  [
    'columns without tags',
    tdengine(CREATE, 'create: { columns: { first: VARCHAR(64) } }'),
    'rules/1.yml:8:11 create has columns and no tags',
  ],
  [
    'types of no sample',
    tdengine(CREATE, 'create: { infer: true }'),
    'rules/1.yml:8:18 create.infer has no sample to tell types from',
  ],
  [
    'a type of another database',
    tdengine(CREATE, 'create: { columns: { first: text }, tags: { id: BIGINT } }'),
    'rules/1.yml:8:29 create.columns.first: expected a type of TDengine such as BIGINT, DOUBLE, VARCHAR(64) or NCHAR(64)',
  ],
  [
    'a tag of the name of a column',
    tdengine('tags: { id: id }', 'tags: { id: id, First: id }').replace('{ id: BIGINT }', '{ id: BIGINT, First: INT }'),
    'rules/1.yml:11:17 tags.First has the name of columns.first',
  ],
  [
    'the column that keeps positions',
    tdengine('columns: { first: message_0 }', 'columns: { sluice_pos: message_0 }').replace('first:', 'sluice_pos:'),
    'rules/1.yml:12:12 columns.sluice_pos has the name of the key column of sameTimestamp: key',
  ],
  [
    'a brace alone',
    tdengine('subTable: t_{id}', "subTable: 't_{id'"),
    'rules/1.yml:9:11 subTable: a brace of t_{id has no partner or nothing in it',
  ],
  [
    'a dot in every name',
    tdengine('subTable: t_{id}', 'subTable: t.{id}'),
    'rules/1.yml:9:11 subTable: "." cannot stand in a name',
  ],
  [
    'a time of two forms',
    tdengine('timestamp: message-time', 'timestamp: { field: ts, unit: ms, format: rfc3339 }'),
    'rules/1.yml:10:1 timestamp: expected one of unit and format, not both or neither',
  ],
  [
    'a time of no form',
    tdengine('timestamp: message-time', 'timestamp: { field: ts, format: yyyy-QQ }'),
    'rules/1.yml:10:33 the format yyyy-QQ cannot be used: the letter Q means nothing in a timestamp pattern; put text in quotes',
  ],
  [
    'a time that was split',
    tdengine('timestamp: message-time', 'timestamp: { field: Message, unit: s }'),
    'rules/1.yml:10:21 there is no field Message here: steps[0] has split it',
  ],
  [
    'a name made of what was split',
    tdengine('subTable: t_{id}', "subTable: 't_{message}'"),
    'rules/1.yml:9:11 there is no field message here: steps[0] has split it',
  ],
  [
    'a message without a time',
    `${TDENGINE}faults: { nullTimestamp: discard }\n`,
    'rules/1.yml:13:11 faults.nullTimestamp means nothing with timestamp: message-time, which is always there',
  ],
  [
    'columns to add of no type',
    `${tdengine(CREATE, '')}allow: { addColumns: true }\n`,
    'rules/1.yml:12:22 allow.addColumns has no types to add columns with',
  ],
];

test.each(BAD)('%s', (_about, text, ...messages) => {
  const problems = validateProject(sinks(text), 'prod');
  expect(problems.map(told)).toEqual(messages);
  // Whoever reads a message at night is told what to do, too.
  expect(problems.filter(({ stage, fix }) => stage === 'rule' && fix === undefined)).toEqual([]);
});

test('what only AWS cannot do is no fault on stage local', () => {
  const open = postgres(SOURCE, 'source: { connection: open, topics: [errors] }');
  expect(validateProject(sinks(open), 'local')).toEqual([]);
});

test('two rules in one group', () => {
  const other = source('topics: [more, errors], group: sluice.prod.rows').replace('name: rows', 'name: others');
  expect(validateProject(sinks(POSTGRES, other), 'prod').map(told)).toEqual([
    'rules/2.yml:3:60 the consumer group sluice.prod.rows.errors is taken by rows (rules/1.yml)',
  ]);
});

test('the sinks that the others are made of are right', () => {
  expect(validateProject(sinks(POSTGRES, TDENGINE), 'prod')).toEqual([]);
});
