import { prefixOf } from '../../ledger/names.ts';
import type { ExportRule, RuleBundle } from '../schema.ts';
import { secretsOf } from '../secrets.ts';
import { keepLedger } from './ledger.ts';
import { arn, bucketArn, failedQueueName, functionName, type Template } from './names.ts';
import { allow, type Statement } from './statement.ts';

/** Exactly what one rule's function may do. */
export function statements(bundle: RuleBundle): readonly Statement[] {
  const { rule, stage } = bundle;
  const name = functionName(rule.name, stage);
  return [
    allow(
      'WriteItsLog',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [arn('logs', `log-group:/aws/lambda/${name}:*`)],
    ),
    allow('InvokeItself', ['lambda:InvokeFunction'], [arn('lambda', `function:${name}`)]),
    allow('KeepFailedEvents', ['sqs:SendMessage'], [arn('sqs', failedQueueName(rule.name, stage))]),
    ...readObjects(bundle),
    ...takeEvents(bundle),
    ...readSecrets(bundle),
    ...decrypt(bundle),
    ...keepLedger(bundle),
    ...writeDeadLetters(bundle),
    ...writeToMsk(bundle),
    ...joinVpc(bundle),
  ];
}

/** Without ListBucket a missing object would look like a missing right. A store elsewhere knows nothing of roles. */
function readObjects({ rule: { source } }: RuleBundle): Statement[] {
  if (source.endpoint !== undefined) return [];
  // In a policy `*`, `?` and `$` mean something; in a key they are characters.
  const prefix = source.prefix.replace(/[*?$]/g, '${$&}');
  return [
    allow('ReadObjects', ['s3:GetObject', 's3:GetObjectVersion'], [bucketArn(`${source.bucket}/${prefix}*`)]),
    allow('ListBucket', ['s3:ListBucket'], [bucketArn(source.bucket)]),
  ];
}

function takeEvents({ rule, stage }: RuleBundle): Statement[] {
  if (rule.source.trigger !== 'sqs') return [];
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'];
  return [allow('TakeEvents', actions, [arn('sqs', functionName(rule.name, stage))])];
}

function readSecrets(bundle: RuleBundle): Statement[] {
  const names = new Set(secretsOf(bundle).flatMap(({ name }) => (/^(env|file):/.test(name) ? [] : [name])));
  if (names.size === 0) return [];
  return [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], [...names].map(secretArn))];
}

/** Secrets Manager puts six random characters behind the name. */
function secretArn(name: string): string | Template {
  if (!name.startsWith('arn:')) return arn('secretsmanager', `secret:${name}-??????`);
  return /-[A-Za-z0-9]{6}$/.test(name) ? name : `${name}-??????`;
}

function decrypt(bundle: RuleBundle): Statement[] {
  const keys = new Set([bundle.rule.source.kmsKey, ...secretsOf(bundle).map(({ kmsKey }) => kmsKey)]);
  keys.delete(undefined);
  return keys.size === 0
    ? []
    : [
        allow(
          'Decrypt',
          ['kms:Decrypt'],
          [...keys].flatMap((key) => key ?? []),
        ),
      ];
}

function writeDeadLetters({ rule: { onError } }: RuleBundle): Statement[] {
  if (onError.kind !== 'deadLetter' || onError.to.kind !== 'logGroup') return [];
  const group = arn('logs', `log-group:${onError.to.logGroup}:*`);
  return [allow('WriteDeadLetters', ['logs:CreateLogStream', 'logs:PutLogEvents'], [group])];
}

/** MSK with IAM: the rights are on the cluster and on the rule's own topics. */
function writeToMsk({ rule, stage, connections }: RuleBundle): Statement[] {
  const connection = connections.kafka[rule.kafka.connection];
  if (connection?.auth.mechanism !== 'oauthbearer' || connection.clusterArn === undefined) return [];
  const { clusterArn } = connection;
  const { onError, kafka } = rule;
  const dead = onError.kind === 'deadLetter' && onError.to.kind === 'topic' ? [onError.to.topic] : [];
  const topics = [kafka.topic, ...dead].map((topic) => `${clusterArn.replace(':cluster/', ':topic/')}/${topic}`);
  return [
    allow('ConnectToMsk', ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], [clusterArn]),
    allow('WriteToMsk', ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'], topics),
    ...(kafka.delivery === 'exactly-once'
      ? transactOnMsk(clusterArn, prefixOf({ stage, rule: rule.name }), kafka)
      : []),
  ];
}

/** Every transactional id and group of a rule begins alike. An offset is committed for the topic, which counts as reading it. */
function transactOnMsk(clusterArn: string, prefix: string, { topic, ledger }: ExportRule['kafka']): Statement[] {
  const named = (kind: string, name: string) => `${clusterArn.replace(':cluster/', `:${kind}/`)}/${name}`;
  const groups = ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'];
  return [
    allow(
      'TransactOnMsk',
      ['kafka-cluster:DescribeTransactionalId', 'kafka-cluster:AlterTransactionalId'],
      [named('transactional-id', `${prefix}*`)],
    ),
    allow('KeepOffsetsOnMsk', ledger === 'kafka' ? [...groups, 'kafka-cluster:DeleteGroup'] : groups, [
      named('group', `${prefix}*`),
    ]),
    allow('CommitForTopicOnMsk', ['kafka-cluster:ReadData'], [named('topic', topic)]),
  ];
}

/** Lambda's network interfaces; EC2 knows no narrower resource for them before they exist. */
function joinVpc({ rule }: RuleBundle): Statement[] {
  if (rule.vpc === undefined) return [];
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return [allow('JoinVpc', actions, ['*'])];
}
