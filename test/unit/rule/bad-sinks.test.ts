import { validateProject } from '../../../lib/rule/index.ts';
import { told } from './project.ts';
import { POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

const postgres = (line: string, otherwise: string): string => written(POSTGRES, line, otherwise);
const tdengine = (line: string, otherwise: string): string => written(TDENGINE, line, otherwise);
const SOURCE = 'source: { connection: main, topics: [errors] }';
const source = (otherwise: string): string => postgres(SOURCE, `source: { connection: main, ${otherwise} }`);
const step = (otherwise: string): string => postgres('  - filter: status != 503', `  - ${otherwise}`);
const COLUMNS = 'columns: { id: request_id, status: status }';

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
    'a secret that MSK does not take',
    postgres(SOURCE, 'source: { connection: named, topics: [errors] }'),
    'rules/1.yml:3:23 MSK takes no secret but of a name that begins with AmazonMSK_, not kafka/login',
  ],
  [
    'a secret of MSK under a key that nobody may use',
    postgres(SOURCE, 'source: { connection: keyless, topics: [errors] }'),
    "rules/1.yml:3:23 MSK takes no secret under Secrets Manager's own key, and another one needs to be named",
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
