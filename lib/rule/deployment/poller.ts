import { consumerGroup } from '../consumer-group.ts';
import type { KafkaConnection, RuleBundle, SinkRule } from '../schema.ts';
import { secretArn } from './exact-secret.ts';
import { logicalId, type Template } from './names.ts';

/** What feeds a sink's function with one topic: AWS's event source mapping. */
export interface Poller {
  /** The id that Serverless gives the mapping in the template. */
  readonly id: string;
  /** The event as Serverless writes it. */
  readonly event: Template;
  /** Properties that its events have no word for. */
  readonly extension: Template;
}

/** When mappings began that begin at the latest message, by their ids, in seconds since 1970. */
export type Beginnings = ReadonlyMap<string, number>;

/** Pollers of the local stage do not exist: there `sluice run` feeds the sink. */
export function pollersOf(bundle: RuleBundle<SinkRule>, beginnings: Beginnings): readonly Poller[] {
  const { rule, stage, connections } = bundle;
  const connection = connections.kafka[rule.source.connection];
  if (connection === undefined || stage === 'local') return [];
  return rule.source.topics.map((topic) => poller(bundle, connection, topic, beginnings));
}

function poller(
  { rule, stage }: RuleBundle<SinkRule>,
  connection: KafkaConnection,
  topic: string,
  beginnings: Beginnings,
): Poller {
  const id = mappingId(rule.name, connection, topic);
  const window = windowOf(rule);
  const { provisioned, concurrency, batch } = rule.source;
  const event = {
    topic,
    consumerGroupId: consumerGroup(rule, stage, topic),
    ...start(rule, beginnings.get(id)),
    batchSize: batch.records,
    ...(window ? { maximumBatchingWindow: window } : {}),
    ...(provisioned ? { provisionedPollerConfig: { minimumPollers: 1, maximumPollers: concurrency } } : {}),
  };
  const access = accessOf(rule, connection);
  const extension = {
    ...(access.length === 0 ? {} : { SourceAccessConfigurations: access }),
    // Serverless takes a window of 0 for one that is not set.
    ...(window === 0 ? { MaximumBatchingWindowInSeconds: 0 } : {}),
    // A sink isolates bad rows itself: AWS is to bring a batch again for as long as it takes, and whole. Outside of
    // provisioned mode it knows nothing else.
    ...(provisioned
      ? { MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1, BisectBatchOnFunctionError: false }
      : {}),
  };
  const { clusterArn, brokers } = connection;
  return clusterArn === undefined
    ? { id, extension, event: { kafka: { accessConfigurations: stated(access), bootstrapServers: brokers, ...event } } }
    : { id, extension, event: { msk: { arn: clusterArn, ...event } } };
}

/** As Serverless derives it. */
export function mappingId(rule: string, { clusterArn }: KafkaConnection, topic: string): string {
  const plain = (name: string, most: number): string => {
    const letters = name.replace(/[^0-9A-Za-z]/g, '');
    return (letters.charAt(0).toUpperCase() + letters.slice(1)).slice(0, most);
  };
  const id = `${logicalId(rule)}EventSourceMapping`;
  if (clusterArn === undefined) return `${id}Kafka${plain(topic, 158)}`;
  return `${id}MSK${plain(clusterArn.split('/')[1] ?? '', 79)}${plain(topic, 79)}`;
}

/** LATEST would miss what comes while the mapping is made or changed. */
function start({ source: { from } }: SinkRule, began: number | undefined): Template {
  if (from === 'earliest') return { startingPosition: 'TRIM_HORIZON' };
  const seconds = from === 'latest' ? began : Math.floor(from.timestamp / 1000);
  if (seconds === undefined) return { startingPosition: 'LATEST' };
  return { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: seconds };
}

/** In seconds. Undefined: AWS's own 500 ms. */
function windowOf({ source: { batch, maxWaitMs } }: SinkRule): number | undefined {
  return batch.window ?? (maxWaitMs >= 1000 ? Math.floor(maxWaitMs / 1000) : undefined);
}

interface Access {
  readonly Type: string;
  readonly URI: string | Template;
}

const SIGN_IN: Readonly<Record<string, string>> = {
  plain: 'BASIC_AUTH',
  'scram-sha-256': 'SASL_SCRAM_256_AUTH',
  'scram-sha-512': 'SASL_SCRAM_512_AUTH',
  mtls: 'CLIENT_CERTIFICATE_TLS_AUTH',
};

/** How the pollers reach the brokers. MSK's are in the cluster's VPC and know its CA. */
function accessOf({ vpc }: SinkRule, { auth, tls, clusterArn }: KafkaConnection): readonly Access[] {
  const signIn = SIGN_IN[auth.mechanism];
  const login: readonly Access[] =
    'secret' in auth && signIn !== undefined ? [{ Type: signIn, URI: secretArn(auth.secret) }] : [];
  if (clusterArn !== undefined) return login;
  return [
    ...login,
    ...(tls?.ca === undefined ? [] : [{ Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: secretArn(tls.ca) }]),
    ...(vpc?.subnetIds ?? []).map((subnet) => ({ Type: 'VPC_SUBNET', URI: `subnet:${subnet}` })),
    ...(vpc?.securityGroupIds ?? []).map((group) => ({ Type: 'VPC_SECURITY_GROUP', URI: `security_group:${group}` })),
  ];
}

const STATED: Readonly<Record<string, string>> = {
  BASIC_AUTH: 'saslPlainAuth',
  SASL_SCRAM_256_AUTH: 'saslScram256Auth',
  SASL_SCRAM_512_AUTH: 'saslScram512Auth',
  CLIENT_CERTIFICATE_TLS_AUTH: 'clientCertificateTlsAuth',
  SERVER_ROOT_CA_CERTIFICATE: 'serverRootCaCertificate',
  VPC_SUBNET: 'vpcSubnet',
  VPC_SECURITY_GROUP: 'vpcSecurityGroup',
};

/**
 * The same in Serverless's words, which wants it stated, and a secret by a literal ARN with an account in it. The
 * extension puts the secrets of the stack's own account in their place.
 */
function stated(access: readonly Access[]): Template {
  const values = (type: string) =>
    access
      .filter(({ Type }) => Type === type)
      .map(({ URI }) => (typeof URI === 'string' ? URI.replace(/^(subnet|security_group):/, '') : NO_ACCOUNT));
  return Object.fromEntries(
    [...new Set(access.map(({ Type }) => Type))].map((type) => [STATED[type] ?? type, values(type)]),
  );
}

const NO_ACCOUNT = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:in-the-account-of-the-stack';
