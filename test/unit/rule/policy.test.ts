import { statements } from '../../../lib/rule/deployment/policy.ts';
import { resolveExport } from '../../../lib/rule/index.ts';
import { project, rule } from './project.ts';

/** What a rule's function may do, as `Sid: actions on resources` with the account and region left out. */
function rights(text: string, connections?: string): Record<string, string> {
  const { bundle } = resolveExport(project([text], {}, connections), 'errors', 'prod');
  return Object.fromEntries(
    statements(bundle).map(({ Sid, Action, Resource }) => [
      Sid,
      `${Action.join(' ')} on ${Resource.map(short).join(' ')}`,
    ]),
  );
}

function short(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute } = resource as Partial<Record<string, [string, unknown[]]>>;
  if (join === undefined) return `${attribute?.[0]}`;
  return join[1].map((part) => (typeof part === 'string' ? part : '*')).join('');
}

const LEAST = {
  WriteItsLog: 'logs:CreateLogStream logs:PutLogEvents on arn:*:logs:*:*:log-group:/aws/lambda/errors-prod:*',
  InvokeItself: 'lambda:InvokeFunction on arn:*:lambda:*:*:function:errors-prod',
  KeepFailedEvents:
    'sqs:SendMessage sqs:GetQueueUrl sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility on arn:*:sqs:*:*:errors-prod-failed',
  ReadObjects: 's3:GetObject s3:GetObjectVersion on arn:*:s3:::my-logs/access/*',
  ListBucket: 's3:ListBucket on arn:*:s3:::my-logs',
  ParkEvents: 'dynamodb:PutItem on LedgerTable',
};

test('a rule without anything special', () => {
  expect(rights(rule())).toEqual(LEAST);
});

test('a queue', () => {
  expect(rights(rule('  prefix: access/', '  prefix: access/\n  trigger: sqs'))).toEqual({
    ...LEAST,
    TakeEvents:
      'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility on arn:*:sqs:*:*:errors-prod',
  });
});

const key = (id: string): string => `arn:aws:kms:eu-west-1:123456789012:key/${id}`;

test('secrets and the keys that they are under', () => {
  const connections = `kafka:
  main:
    brokers: [a:1]
    auth: { mechanism: scram-sha-512, secret: AmazonMSK_sluice }
    tls: { ca: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ca-AbCdEf' }
    kmsKey: ${key('b')}
  other: { brokers: [b:1], auth: { mechanism: plain, secret: not-mine } }
`;
  expect(rights(rule('  prefix: access/', `  prefix: access/\n  kmsKey: ${key('a')}`), connections)).toEqual({
    ...LEAST,
    ReadSecrets:
      'secretsmanager:GetSecretValue on arn:*:secretsmanager:*:*:secret:AmazonMSK_sluice-?????? arn:aws:secretsmanager:eu-west-1:123456789012:secret:ca-AbCdEf',
    Decrypt: `kms:Decrypt on ${key('a')} ${key('b')}`,
  });
});

test('MSK with IAM: the cluster, and its own topics', () => {
  const connections = `kafka:
  main:
    brokers: [a:1]
    auth: { mechanism: oauthbearer }
    tls: true
    clusterArn: arn:aws:kafka:eu-west-1:123456789012:cluster/main/1-2
`;
  expect(rights(`${rule()}onError: { deadLetter: { topic: dead } }\n`, connections)).toEqual({
    ...LEAST,
    ConnectToMsk:
      'kafka-cluster:Connect kafka-cluster:WriteDataIdempotently on arn:aws:kafka:eu-west-1:123456789012:cluster/main/1-2',
    WriteToMsk:
      'kafka-cluster:DescribeTopic kafka-cluster:WriteData on arn:aws:kafka:eu-west-1:123456789012:topic/main/1-2/errors arn:aws:kafka:eu-west-1:123456789012:topic/main/1-2/dead',
    // A replay of the dead letters is a transaction, whatever the delivery is.
    TransactOnMsk:
      'kafka-cluster:DescribeTransactionalId kafka-cluster:AlterTransactionalId on arn:aws:kafka:eu-west-1:123456789012:transactional-id/main/1-2/sluice.prod.errors.*',
    KeepOffsetsOnMsk:
      'kafka-cluster:DescribeGroup kafka-cluster:AlterGroup on arn:aws:kafka:eu-west-1:123456789012:group/main/1-2/sluice.prod.errors.*',
    CommitForTopicOnMsk: 'kafka-cluster:ReadData on arn:aws:kafka:eu-west-1:123456789012:topic/main/1-2/errors',
    ReplayFromMsk: 'kafka-cluster:ReadData on arn:aws:kafka:eu-west-1:123456789012:topic/main/1-2/dead',
  });
});

test('a log group of dead letters', () => {
  expect(rights(`${rule()}onError: { deadLetter: { logGroup: sluice/dead } }\n`)).toEqual({
    ...LEAST,
    WriteDeadLetters: 'logs:CreateLogStream logs:PutLogEvents on arn:*:logs:*:*:log-group:sluice/dead:*',
    ReadDeadLetters: 'logs:FilterLogEvents on arn:*:logs:*:*:log-group:sluice/dead:*',
  });
});

test('a VPC', () => {
  const { JoinVpc, ...others } = rights(`${rule()}vpc: { subnetIds: [a], securityGroupIds: [b] }\n`);
  expect(others).toEqual(LEAST);
  expect(JoinVpc).toMatch(/^ec2:CreateNetworkInterface .* on \*$/);
});

test('a store elsewhere has no rights on AWS buckets', () => {
  const source =
    '  prefix: access/\n  trigger: cos\n  endpoint: https://cos.ap-guangzhou.myqcloud.com\n  secret: sluice/cos';
  const found = rights(rule('  prefix: access/', source));
  expect(Object.keys(found)).toEqual(['WriteItsLog', 'InvokeItself', 'KeepFailedEvents', 'ReadSecrets', 'ParkEvents']);
});

test('of the table: the items of the rule alone', () => {
  const { bundle } = resolveExport(project([rule('at-least-once', 'exactly-once')]), 'errors', 'prod');
  const keys = (sid: string) => statements(bundle).find(({ Sid }) => Sid === sid)?.Condition;
  const only = (key: string) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] } });
  expect(keys('KeepLedger')).toEqual(only('sluice.prod.errors.*'));
  expect(keys('ParkEvents')).toEqual(only('sluice.prod.errors.parked.*'));
});

test('what means something in a policy is a character in a prefix', () => {
  expect(rights(rule('  prefix: access/', "  prefix: 'a*b?c'"))['ReadObjects']).toContain('my-logs/a${*}b${?}c*');
});
