import { prefixOf } from '../../ledger/names.ts';
import type { ExportBundle, ExportRule } from '../schema.ts';
import { keepFailedEvents, TAKE_MESSAGES } from './failed-queue.ts';
import { keepLedger, parkEvents } from './ledger.ts';
import { arn, bucketArn, functionName } from './names.ts';
import { decrypt, joinVpc, readSecrets, writeDeadLetters, writeItsLog } from './rights.ts';
import { allow, type Statement } from './statement.ts';

/** Exactly what one rule's function may do. */
export function statements(bundle: ExportBundle): readonly Statement[] {
  const { rule, stage } = bundle;
  const name = functionName(rule.name, stage);
  return [
    writeItsLog(bundle),
    allow('InvokeItself', ['lambda:InvokeFunction'], [arn('lambda', `function:${name}`)]),
    keepFailedEvents(bundle),
    ...readObjects(bundle),
    ...takeEvents(bundle),
    ...readSecrets(bundle),
    ...decrypt(bundle, rule.source.kmsKey),
    ...keepLedger(bundle),
    parkEvents(bundle),
    ...writeDeadLetters(bundle),
    ...readDeadLetters(bundle),
    ...writeToMsk(bundle),
    ...joinVpc(bundle),
  ];
}

/** Without ListBucket a missing object would look like a missing right. A store elsewhere knows nothing of roles. */
function readObjects({ rule: { source } }: ExportBundle): Statement[] {
  if (source.endpoint !== undefined) return [];
  // In a policy `*`, `?` and `$` mean something; in a key they are characters.
  const prefix = source.prefix.replace(/[*?$]/g, '${$&}');
  return [
    allow('ReadObjects', ['s3:GetObject', 's3:GetObjectVersion'], [bucketArn(`${source.bucket}/${prefix}*`)]),
    allow('ListBucket', ['s3:ListBucket'], [bucketArn(source.bucket)]),
  ];
}

function takeEvents({ rule, stage }: ExportBundle): Statement[] {
  if (rule.source.trigger !== 'sqs') return [];
  return [allow('TakeEvents', TAKE_MESSAGES, [arn('sqs', functionName(rule.name, stage))])];
}

/** What `sluice replay` takes from a log group. */
function readDeadLetters({ rule: { onError } }: ExportBundle): Statement[] {
  if (onError.kind !== 'deadLetter' || onError.to.kind !== 'logGroup') return [];
  return [allow('ReadDeadLetters', ['logs:FilterLogEvents'], [arn('logs', `log-group:${onError.to.logGroup}:*`)])];
}

/** MSK with IAM: the rights are on the cluster and on the rule's own topics. */
function writeToMsk({ rule, stage, connections }: ExportBundle): Statement[] {
  const connection = connections.kafka[rule.kafka.connection];
  if (connection?.auth.mechanism !== 'oauthbearer' || connection.clusterArn === undefined) return [];
  const { clusterArn } = connection;
  const { onError, kafka } = rule;
  const dead = onError.kind === 'deadLetter' && onError.to.kind === 'topic' ? [onError.to.topic] : [];
  const topics = [kafka.topic, ...dead].map((topic) => `${clusterArn.replace(':cluster/', ':topic/')}/${topic}`);
  return [
    allow('ConnectToMsk', ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], [clusterArn]),
    allow('WriteToMsk', ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'], topics),
    // A replay is exactly once, whatever the rule's delivery is.
    ...(kafka.delivery === 'exactly-once' || onError.kind === 'deadLetter'
      ? transactOnMsk(clusterArn, prefixOf({ stage, rule: rule.name }), kafka, dead)
      : []),
  ];
}

/** Every transactional id and group of a rule begins alike. An offset is committed for the topic, which counts as reading it. */
function transactOnMsk(
  clusterArn: string,
  prefix: string,
  { topic, ledger }: ExportRule['kafka'],
  dead: readonly string[],
): Statement[] {
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
    ...(dead.length === 0
      ? []
      : [
          allow(
            'ReplayFromMsk',
            ['kafka-cluster:ReadData'],
            dead.map((each) => named('topic', each)),
          ),
        ]),
  ];
}
