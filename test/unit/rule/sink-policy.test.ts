import { sinkStatements } from '../../../lib/rule/deployment/sink-policy.ts';
import { resolveSink } from '../../../lib/rule/index.ts';
import { POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

/** What a sink's function may do, as `Sid: actions on resources` with the account and region left out. */
function rights(text: string): Record<string, string> {
  const name = /^name: (\w+)$/m.exec(text)?.[1] ?? '';
  return Object.fromEntries(
    sinkStatements(resolveSink(sinks(text), name, 'prod').bundle).map(({ Sid, Action, Resource }) => [
      Sid,
      `${Action.join(' ')} on ${Resource.map(short).join(' ')}`,
    ]),
  );
}

function short(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute } = resource as {
    'Fn::Join'?: [string, unknown[]];
    'Fn::GetAtt'?: string[];
  };
  if (join === undefined) return attribute?.join('.') ?? '*';
  return join[1].map(short).join(join[0]);
}

const SOURCE = 'source: { connection: main, topics: [errors] }';
const LOG = 'logs:CreateLogStream logs:PutLogEvents on arn:*:logs:*:*:log-group:/aws/lambda/rows-prod:*';
const SECRET = 'arn:*:secretsmanager:*:*:secret:';

test('PostgreSQL: its log and its secrets', () => {
  expect(rights(POSTGRES)).toEqual({
    WriteItsLog: LOG,
    ReadSecrets: `secretsmanager:GetSecretValue on ${SECRET}kafka/login-?????? ${SECRET}kafka/ca-?????? ${SECRET}sluice/warehouse-??????`,
  });
});

test('PostgreSQL with IAM: one user of one cluster, in its region', () => {
  const text = written(
    POSTGRES,
    'target: { connection: warehouse, table: errors }',
    'target: { connection: aurora, table: errors }',
  );
  expect(rights(text)).toMatchObject({
    ReadSecrets: `secretsmanager:GetSecretValue on ${SECRET}kafka/login-?????? ${SECRET}kafka/ca-??????`,
    SignInToRds: 'rds-db:connect on arn:*:rds-db:eu-central-1:*:dbuser:cluster-ABC/sluice',
  });
});

test('TDengine: the table that keeps where it stands, the key of its secrets', () => {
  expect(rights(TDENGINE)).toEqual({
    WriteItsLog: LOG.replace('rows', 'meters'),
    ReadSecrets: expect.stringContaining(`${SECRET}sluice/tdengine-?????? ${SECRET}sluice/td-ca-??????`),
    Decrypt: 'kms:Decrypt on arn:aws:kms:eu-west-1:123456789012:key/k',
    KeepLedger: 'dynamodb:GetItem dynamodb:UpdateItem on LedgerTable.Arn',
    ListStopped: expect.stringContaining('dynamodb:Query on LedgerTable.Arn/index/'),
  });
});

test('MSK with IAM: its topics, its groups, and the network of the cluster', () => {
  const arn = (kind: string) => `arn:aws:kafka:eu-west-1:123456789012:${kind}/logs/abc-1`;
  const msk = written(POSTGRES, SOURCE, 'source: { connection: msk, topics: [errors, more] }');
  const dead = written(msk, 'onError: retain', 'onError: { deadLetter: { topic: errors.dead } }');
  expect(rights(dead)).toEqual({
    WriteItsLog: LOG,
    ReadSecrets: `secretsmanager:GetSecretValue on ${SECRET}sluice/warehouse-??????`,
    FindMsk: `kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers on ${arn('cluster')}`,
    ConnectToMsk: `kafka-cluster:Connect kafka-cluster:DescribeClusterDynamicConfiguration kafka-cluster:WriteDataIdempotently on ${arn('cluster')}`,
    ReadFromMsk: `kafka-cluster:DescribeTopic kafka-cluster:ReadData on ${arn('topic')}/errors ${arn('topic')}/more`,
    KeepGroupsOnMsk: `kafka-cluster:DescribeGroup kafka-cluster:AlterGroup on ${arn('group')}/sluice.prod.rows.errors ${arn('group')}/sluice.prod.rows.more`,
    WriteDeadLettersToMsk: `kafka-cluster:DescribeTopic kafka-cluster:WriteData on ${arn('topic')}/errors.dead`,
    JoinNetworks:
      'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeVpcs ec2:DeleteNetworkInterface ec2:DescribeSubnets ec2:DescribeSecurityGroups on *',
  });
  expect(rights(msk)).not.toHaveProperty('WriteDeadLettersToMsk');
  expect(rights(msk)['ConnectToMsk']).not.toContain('WriteDataIdempotently');
});

test('dead letters in a log group', () => {
  const text = written(POSTGRES, 'onError: retain', 'onError: { deadLetter: { logGroup: /sluice/dead } }');
  expect(rights(text)['WriteDeadLetters']).toBe(
    'logs:CreateLogStream logs:PutLogEvents on arn:*:logs:*:*:log-group:/sluice/dead:*',
  );
});

test('in a VPC: the interfaces of the pollers and of the function', () => {
  expect(rights(`${POSTGRES}vpc: { subnetIds: [subnet-1], securityGroupIds: [sg-1] }\n`)['JoinNetworks']).toMatch(
    /^ec2:CreateNetworkInterface .*ec2:DescribeVpcs .*ec2:UnassignPrivateIpAddresses on \*$/,
  );
});
