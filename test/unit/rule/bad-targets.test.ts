import { validateProject } from '../../../lib/rule/index.ts';
import { told } from './project.ts';
import { POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

const postgres = (line: string, otherwise: string): string => written(POSTGRES, line, otherwise);
const tdengine = (line: string, otherwise: string): string => written(TDENGINE, line, otherwise);
const CREATE = 'create: { columns: { first: VARCHAR(64) }, tags: { id: BIGINT } }';

const BAD: readonly (readonly [about: string, text: string, ...messages: string[]])[] = [
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
  expect(problems.filter(({ fix }) => fix === undefined)).toEqual([]);
});
