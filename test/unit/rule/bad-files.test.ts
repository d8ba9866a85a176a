import { validateProject } from '../../../lib/rule/index.ts';
import { CONNECTIONS, project, rule, told } from './project.ts';

/** What the file is, and every message that it gets on stage dev. */
type Row = readonly [about: string, text: string, ...messages: string[]];

const RULES: readonly Row[] = [
  ['a good rule', rule()],
  [
    'a typo in a key',
    rule('  bucket: my-logs', '  buket: my-logs'),
    'rules/1.yml:3:1 source.bucket is missing, expected text',
    'rules/1.yml:4:3 unknown key "buket" in source; did you mean "bucket"?',
  ],
  [
    'a key in the wrong place',
    rule('  prefix: access/', '  topic: x'),
    'rules/1.yml:5:3 unknown key "topic" in source',
  ],
  [
    'a key whose one place is elsewhere',
    `prefix: x\n${rule()}`,
    'rules/1.yml:1:1 unknown key "prefix"; did you mean source.prefix?',
  ],
  [
    'a typo in a value',
    rule('  format: csv', '  format: scv'),
    'rules/1.yml:6:11 source.format is "scv", expected one of csv, jsonl, json, parquet, s3-access-log, cos-access-log, cloudfront, alb, vpc-flow; did you mean "csv"?',
  ],
  [
    'a number for text',
    rule('  prefix: access/', '  prefix: 2026'),
    'rules/1.yml:5:11 source.prefix is a number, expected text',
  ],
  [
    'a list for text',
    rule('  topic: errors', '  topic: [a]'),
    'rules/1.yml:11:10 kafka.topic is a list, expected text',
  ],
  [
    'text for true or false',
    rule('  topic: errors', '  topic: errors\n  headers: yes'),
    'rules/1.yml:12:12 kafka.headers is text, expected true or false',
  ],
  [
    'a topic that Kafka refuses',
    rule('  topic: errors', '  topic: a b'),
    'rules/1.yml:11:10 kafka.topic: expected a Kafka topic: up to 249 letters, digits, dots, underscores and hyphens',
  ],
  [
    'a size of an unknown unit',
    `${rule()}rate: { bytes: 2Mb, shared: cache }\n`,
    'rules/1.yml:13:16 rate.bytes: expected a size such as 2MiB, 500kB or 4096',
  ],
  [
    'dead letters to two places',
    `${rule()}onError: { deadLetter: { topic: a, logGroup: b } }\n`,
    'rules/1.yml:13:12 onError.deadLetter: expected one of topic and logGroup, not both or neither',
  ],
  [
    'an unknown policy',
    `${rule()}onError: retian\n`,
    'rules/1.yml:13:10 onError is "retian", expected one of retain, discard or a map; did you mean "retain"?',
  ],
  [
    'too little memory',
    `${rule()}function: { memory: 64 }\n`,
    'rules/1.yml:13:21 function.memory: expected at least 128',
  ],
  [
    'a timeout over the limit',
    `${rule()}function: { timeout: 1h }\n`,
    'rules/1.yml:13:22 function.timeout is more than Lambda allows',
  ],
  [
    'no kind',
    rule('kind: export', ''),
    'rules/1.yml:1:1 kind is missing, expected one of export, postgres-sink, tdengine-sink',
  ],
  [
    'an unknown kind',
    rule('kind: export', 'kind: exprot'),
    'rules/1.yml:1:7 kind is "exprot", expected one of export, postgres-sink, tdengine-sink; did you mean "export"?',
  ],
  [
    'an unknown connection',
    rule('  connection: main', '  connection: mian'),
    'rules/1.yml:10:15 there is no kafka connection "mian"; did you mean "main"?',
  ],
  [
    'a connection of another kind',
    rule('  connection: main', '  connection: cache'),
    'rules/1.yml:10:15 there is no kafka connection "cache"; cache is a redis connection',
  ],
  [
    'IAM without a cluster',
    rule('  connection: main', '  connection: iam'),
    'connections.yml:3:45 oauthbearer needs clusterArn, on which its rights are granted',
  ],
  [
    'a name too long for a function',
    rule('name: errors', `name: ${'e'.repeat(61)}`),
    `rules/1.yml:2:7 the function's name would be ${'e'.repeat(61)}-dev, which has 65 characters`,
  ],
  [
    'a stage in the name',
    rule('name: errors', 'name: errors-${stage}'),
    'rules/1.yml:2:7 name: expected a name of letters, digits, hyphens and underscores that begins with a letter',
  ],
  [
    'a rate that nobody keeps',
    `${rule()}rate: { records: 100 }\n`,
    'rules/1.yml:13:1 the rate cannot hold: AWS starts as many instances as there are objects, and nothing tells them of each other',
  ],
  ['a rate without a limit', `${rule()}rate: { instances: 2 }\n`, 'rules/1.yml:13:1 the rate limits nothing'],
  [
    'a rate kept in two ways',
    `${rule()}rate: { records: 100, shared: cache, instances: 2 }\n`,
    'rules/1.yml:13:49 rate.shared and rate.instances are two ways of one thing',
  ],
  [
    'more instances than records',
    `${rule()}rate: { records: 3, instances: 4 }\n`,
    'rules/1.yml:13:32 3 records a second leave nothing for some of 4 instances',
  ],
  [
    'a burst under the rate',
    `${rule()}rate: { records: 100, burst: 10, shared: cache }\n`,
    'rules/1.yml:13:30 rate.burst is less than rate.records (100)',
  ],
  [
    'options that mean nothing',
    rule('  format: csv', '  format: jsonl'),
    'rules/1.yml:7:3 source.csv means nothing with format: jsonl',
  ],
  [
    'a compression around Parquet',
    rule('  format: csv', '  format: parquet\n  compression: gzip').replace(/^ {2}csv:.*\n/m, ''),
    'rules/1.yml:7:16 source.compression: gzip means nothing with format: parquet',
  ],
  [
    "AWS's trigger for a store elsewhere",
    rule('  format: csv', '  format: csv\n  endpoint: https://cos.ap-guangzhou.myqcloud.com\n  secret: sluice/cos'),
    "rules/1.yml:3:1 trigger: s3 is AWS's, and source.endpoint is a store elsewhere",
  ],
  [
    'COS without its endpoint',
    rule('  format: csv', '  format: csv\n  trigger: cos'),
    'rules/1.yml:7:12 trigger: cos needs source.endpoint',
  ],
  [
    'dead letters among the records',
    `${rule()}onError: { deadLetter: { topic: errors } }\n`,
    "rules/1.yml:13:33 the dead letters' topic is the records' own",
  ],
  [
    'a query with a typo',
    rule('select: SELECT s.id, s.status FROM S3Object s WHERE s.status >= 500', 'select: SELECT s.id, FROM S3Object s'),
    'rules/1.yml:8:22 select: unexpected FROM, expected a column, an expression or *',
  ],
  [
    'a query over several lines with a typo',
    rule(
      'select: SELECT s.id, s.status FROM S3Object s WHERE s.status >= 500',
      'select: |\n  SELECT s.id,\n    FROM S3Object s',
    ),
    'rules/1.yml:10:5 select: unexpected FROM, expected a column, an expression or *',
  ],
  [
    'a quoted query with a typo',
    rule(
      'select: SELECT s.id, s.status FROM S3Object s WHERE s.status >= 500',
      "select: 'SELECT s.id, FROM S3Object s'",
    ),
    'rules/1.yml:8:23 select: unexpected FROM, expected a column, an expression or *',
  ],
  [
    'a key that the result has not',
    rule('  topic: errors', '  topic: errors\n  key: uri'),
    'rules/1.yml:12:8 the result has no column uri to be the key',
  ],
  ['an empty file', '', 'rules/1.yml:1:1 the file is empty'],
  ['a file of text', 'hello', 'rules/1.yml:1:1 the file is not a map of keys and values'],
  ['a tab', 'kind: export\nsource:\n\tbucket: x\n', 'rules/1.yml:3:1 a tab stands where YAML wants spaces'],
  ['a key twice', `${rule()}name: other\n`, 'rules/1.yml:13:1 the key stands here a second time'],
  ['two documents', `${rule()}---\nkind: export\n`, 'rules/1.yml:13:1 `---` begins a second document'],
  [
    'a map that does not close',
    'kind: export\nsource: { bucket: x\n',
    'rules/1.yml:3:1 not YAML: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  ['an alias into itself', 'kind: export\nsource: &a { x: *a }\n', 'rules/1.yml:2:12 aliases make the file endless'],
  [
    'a variable that is not set',
    rule('  bucket: my-logs', '  bucket: ${env:LOGS_BUCKET}'),
    'rules/1.yml:4:11 the environment variable LOGS_BUCKET is not set and has no default',
  ],
  [
    'an unknown variable',
    rule('  bucket: my-logs', '  bucket: ${region}-logs'),
    'rules/1.yml:4:11 unknown variable ${region}, expected ${stage} or ${env:NAME, default}',
  ],
  [
    'a wrong value from a variable is not shown',
    rule('  format: csv', '  format: ${env:SECRET}'),
    'rules/1.yml:6:11 source.format is an unknown value (from ${env:SECRET}), expected one of csv, jsonl, json, parquet, s3-access-log, cos-access-log, cloudfront, alb, vpc-flow',
  ],
  [
    'stages that are no map',
    `${rule()}stages: prod\n`,
    'rules/1.yml:13:1 stages is not a map, expected a map of stages',
  ],
  ['a stage that cannot be one', `${rule()}stages: { Prod: {} }\n`, 'rules/1.yml:13:11 "Prod" cannot name a stage'],
  [
    'a name that differs by stage',
    `${rule()}stages:\n  prod: { name: other }\n`,
    'rules/1.yml:14:11 name cannot differ by stage',
  ],
];

test.each(RULES)('%s', (_about, text, ...messages) => {
  const problems = validateProject(project([text], { SECRET: 'hunter2' }), 'dev');
  expect(problems.map(told)).toEqual(messages);
  // Whoever reads a message at night is told what to do, too.
  const unhelpful = problems.filter(({ stage, fix }) => stage === 'rule' && fix === undefined);
  expect(unhelpful).toEqual([]);
});

const FILES: readonly Row[] = [
  [
    'a broker without a port',
    CONNECTIONS.replace('127.0.0.1:9092', 'localhost'),
    'connections.yml:2:21 kafka.main.brokers[0]: expected host:port, such as b-1.example.com:9096',
  ],
  [
    'a sign-in in one word',
    CONNECTIONS.replace("brokers: ['127.0.0.1:9092']", 'brokers: [a:1], auth: scram-sha-512'),
    'connections.yml:2:33 kafka.main.auth is "scram-sha-512", expected none or a map',
  ],
  [
    'a sign-in without its secret',
    CONNECTIONS.replace("brokers: ['127.0.0.1:9092']", 'brokers: [a:1], auth: { mechanism: plain }'),
    'connections.yml:2:27 kafka.main.auth.secret is missing, expected text',
  ],
  [
    'an unknown sign-in',
    CONNECTIONS.replace("brokers: ['127.0.0.1:9092']", 'brokers: [a:1], auth: { mechanism: scram }'),
    'connections.yml:2:46 kafka.main.auth.mechanism is "scram", expected one of none, plain, scram-sha-256, scram-sha-512, mtls, oauthbearer',
  ],
  [
    'a password in a URL',
    CONNECTIONS.replace('redis://127', 'redis://:hunter2@127'),
    'connections.yml:5:17 redis.cache.url: expected a URL such as rediss://cache.example.com:6379, without a password',
  ],
  [
    'a kind of connection that is none',
    CONNECTIONS.replace('redis:\n', 'reddis:\n'),
    'connections.yml:4:1 unknown key "reddis"; did you mean "redis"?',
  ],
];

test.each(FILES)('connections: %s', (_about, text, ...messages) => {
  const problems = validateProject(project([rule()], {}, text), 'dev');
  expect(problems.map(told)).toEqual(messages);
  expect(JSON.stringify(problems.map(({ message, fix }) => [message, fix]))).not.toContain('hunter2');
});
