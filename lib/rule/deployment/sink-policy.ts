import { consumerGroup } from '../consumer-group.ts';
import type { RuleBundle, SinkRule } from '../schema.ts';
import { keepLedger } from './ledger.ts';
import { arn, type Template } from './names.ts';
import { decrypt, readSecrets, writeDeadLetters, writeItsLog } from './rights.ts';
import { allow, type Statement } from './statement.ts';

type Bundle = RuleBundle<SinkRule>;

/** Exactly what one sink's function may do, and the pollers that feed it, who act in its role. */
export function sinkStatements(bundle: Bundle): readonly Statement[] {
  return [
    writeItsLog(bundle),
    ...readSecrets(bundle),
    ...decrypt(bundle),
    ...keepLedger(bundle),
    ...writeDeadLetters(bundle),
    ...signInToRds(bundle),
    ...findMsk(bundle),
    ...readFromMsk(bundle),
    ...joinNetworks(bundle),
  ];
}

/** A token is good for one user of one server. */
function signInToRds({ rule, connections }: Bundle): Statement[] {
  const connection = connections.postgres[rule.target.connection];
  if (rule.kind !== 'postgres-sink' || connection?.auth !== 'iam') return [];
  const { resourceId, username, region } = connection;
  const user = arn('rds-db', `dbuser:${resourceId}/${username}`, region);
  return [allow('SignInToRds', ['rds-db:connect'], [user])];
}

function clusterOf({ rule, connections }: Bundle): string | undefined {
  return connections.kafka[rule.source.connection]?.clusterArn;
}

function findMsk(bundle: Bundle): Statement[] {
  const cluster = clusterOf(bundle);
  if (cluster === undefined) return [];
  const actions = ['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'];
  return [allow('FindMsk', actions, [cluster])];
}

/** MSK with IAM: the rights are on the cluster, and on the rule's own topics and groups. */
function readFromMsk(bundle: Bundle): Statement[] {
  const { rule, stage, connections } = bundle;
  const cluster = clusterOf(bundle);
  if (cluster === undefined || connections.kafka[rule.source.connection]?.auth.mechanism !== 'oauthbearer') return [];
  const named = (kind: string, name: string) => `${cluster.replace(':cluster/', `:${kind}/`)}/${name}`;
  const { topics } = rule.source;
  const { onError } = rule;
  const dead = onError.kind === 'deadLetter' && onError.to.kind === 'topic' ? [onError.to.topic] : [];
  const connect = ['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'];
  return [
    allow('ConnectToMsk', dead.length === 0 ? connect : [...connect, 'kafka-cluster:WriteDataIdempotently'], [cluster]),
    allow(
      'ReadFromMsk',
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      topics.map((topic) => named('topic', topic)),
    ),
    allow(
      'KeepGroupsOnMsk',
      ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
      topics.map((topic) => named('group', consumerGroup(rule, stage, topic))),
    ),
    ...(dead.length === 0
      ? []
      : [
          allow(
            'WriteDeadLettersToMsk',
            ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
            dead.map((topic) => named('topic', topic)),
          ),
        ]),
  ];
}

/** Network interfaces of the pollers and of the function; EC2 knows no narrower resource for them before they exist. */
function joinNetworks(bundle: Bundle): Statement[] {
  const { vpc } = bundle.rule;
  if (vpc === undefined && clusterOf(bundle) === undefined) return [];
  const polling = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeVpcs',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups',
  ];
  const running = ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'];
  const everything: readonly (string | Template)[] = ['*'];
  return [allow('JoinNetworks', vpc === undefined ? polling : [...polling, ...running], everything)];
}
