import { brokersOf, type Destination, type ErrorTraits, type Finding, reads } from './finding.ts';

type Describe = (destination: Destination, error: ErrorTraits) => Finding;

const final =
  (code: string, message: (d: Destination, e: ErrorTraits) => string, fix: (d: Destination) => string): Describe =>
  (destination, error) => ({
    code,
    message: message(destination, error),
    fix: fix(destination),
    retryable: false,
  });

const passing =
  (code: string, message: string, fix: string | ((d: Destination) => string)): Describe =>
  (destination) => ({
    code,
    message: `${message} (topic ${topicOf(destination)}, ${brokersOf(destination)})`,
    fix: typeof fix === 'string' ? fix : fix(destination),
    retryable: true,
  });

const topicOf = ({ topic }: Destination) => (topic === undefined ? 'not known' : `"${topic}"`);
const bootstrap = ({ endpoint }: Destination) => `--bootstrap-server ${endpoint.brokers[0] ?? 'HOST:PORT'}`;

/** The command that gives the rights to whoever the connection signs in as. */
const allow = (destination: Destination, rights: string) =>
  `Let the cluster's owner run: kafka-acls.sh ${bootstrap(destination)} --add --allow-principal User:NAME ${rights}` +
  (destination.endpoint.auth.mechanism === 'oauthbearer'
    ? '; with IAM, give the role kafka-cluster:* rights instead.'
    : '.');

function topicRights(destination: Destination): string {
  if (reads(destination)) return '--operation Read --operation Describe';
  // A transaction that stores an offset for a topic counts as reading it.
  return `--operation Write --operation Describe${destination.transactionalId === undefined ? '' : ' --operation Read'}`;
}

const missingTopic = final(
  'MissingTopic',
  (d) => `the topic ${topicOf(d)} does not exist, or may not be seen, on ${brokersOf(d)}`,
  (d) =>
    `Create it: kafka-topics.sh ${bootstrap(d)} --create --topic ${d.topic ?? 'TOPIC'} --partitions 6; or ask for Describe and ${reads(d) ? 'Read' : 'Write'} on it.`,
);

const tooLarge = final(
  'MessageTooLarge',
  (d) => `a batch is larger than the topic ${topicOf(d)} takes`,
  (d) =>
    `Raise it: kafka-configs.sh ${bootstrap(d)} --alter --entity-type topics --entity-name ${d.topic ?? 'TOPIC'} --add-config max.message.bytes=…; or give the client DescribeConfigs on the topic, so that it knows the limit.`,
);

const fenced = final(
  'ProducerFenced',
  (d) =>
    `another producer has taken over${d.transactionalId === undefined ? '' : ` the transactional id "${d.transactionalId}"`}`,
  () =>
    'Nothing to do: the other one goes on from what was committed. If there is no other, the transaction lasted longer than its time-out, and the broker has aborted it.',
);

const notReady = passing(
  'BrokerNotReady',
  'a broker is starting, stopping or handing over its partitions',
  'It usually passes within seconds; if it stays, look for partitions without a leader: kafka-topics.sh --describe --unavailable-partitions.',
);

const newSession = ({ transactionalId }: Destination) =>
  transactionalId === undefined
    ? 'The producer begins a new session; records that were on their way may come twice.'
    : 'Nothing of the transaction is delivered, and the next run sends it again.';

/** By Kafka's name of the error, as kafkajs spells it. */
const BY_TYPE: Readonly<Record<string, Describe>> = {
  UNKNOWN_TOPIC_OR_PARTITION: missingTopic,
  INVALID_TOPIC_EXCEPTION: final(
    'InvalidTopic',
    (d) => `${topicOf(d)} is no name that Kafka takes for a topic`,
    () => 'Use at most 249 letters, digits, dots, underscores and hyphens.',
  ),
  TOPIC_AUTHORIZATION_FAILED: final(
    'TopicDenied',
    (d) => `the broker does not let this user at the topic ${topicOf(d)}`,
    (d) => allow(d, `${topicRights(d)} --topic ${d.topic ?? 'TOPIC'}`),
  ),
  CLUSTER_AUTHORIZATION_FAILED: final(
    'ClusterDenied',
    () => 'the broker does not let this user write idempotently',
    (d) =>
      `${allow(d, `--operation Write --operation Describe --topic ${d.topic ?? 'TOPIC'}`)} Before Kafka 2.8 also: --operation IdempotentWrite --cluster.`,
  ),
  GROUP_AUTHORIZATION_FAILED: final(
    'GroupDenied',
    (d) => `the broker does not let this user at the consumer group "${d.group ?? 'sluice.'}"`,
    (d) => allow(d, '--operation Read --group sluice. --resource-pattern-type prefixed'),
  ),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: final(
    'TransactionalIdDenied',
    (d) => `the broker does not let this user at the transactional id "${d.transactionalId ?? 'sluice.'}"`,
    (d) =>
      allow(d, '--operation Write --operation Describe --transactional-id sluice. --resource-pattern-type prefixed'),
  ),
  SASL_AUTHENTICATION_FAILED: signIn(),
  UNSUPPORTED_SASL_MECHANISM: notEnabled(),
  ILLEGAL_SASL_STATE: final(
    'MechanismNotEnabled',
    (d) => `the listener at ${brokersOf(d)} takes no sign-in, but the connection says ${d.endpoint.auth.mechanism}`,
    () => 'Use the port of a SASL listener, or `auth: none`.',
  ),
  MESSAGE_TOO_LARGE: tooLarge,
  RECORD_LIST_TOO_LARGE: tooLarge,
  INVALID_PRODUCER_EPOCH: fenced,
  PRODUCER_FENCED: fenced,
  INVALID_PRODUCER_ID_MAPPING: fenced,
  TRANSACTION_COORDINATOR_FENCED: fenced,
  INVALID_TXN_STATE: passing(
    'TransactionLost',
    'the broker no longer has the transaction that this belongs to',
    'Nothing of it is delivered, and the next run sends it again. If it happens often, look whether the brokers restart.',
  ),
  INVALID_TRANSACTION_TIMEOUT: final(
    'TransactionTimeoutRefused',
    () => 'the time-out of the transactions is longer than the broker allows',
    () => "Choose a shorter one, or raise the brokers' transaction.max.timeout.ms.",
  ),
  NON_EMPTY_GROUP: passing(
    'GroupInUse',
    'a consumer group cannot be removed while something uses it',
    'Find who has joined it: kafka-consumer-groups.sh --describe --members --all-groups.',
  ),
  POLICY_VIOLATION: final(
    'PolicyViolation',
    (d) => `a policy of the cluster refuses this (topic ${topicOf(d)})`,
    () => "Ask the cluster's owner what its create-topic and alter-config policies demand.",
  ),
  TOPIC_ALREADY_EXISTS: final(
    'TopicExists',
    (d) => `the topic ${topicOf(d)} exists already`,
    () => 'Use it as it is, or choose another name.',
  ),
  UNSUPPORTED_COMPRESSION_TYPE: final(
    'CompressionNotTaken',
    (d) => `the topic ${topicOf(d)} does not take this compression`,
    () => "zstd needs brokers from 2.1; choose another `compression`, or change the topic's `compression.type`.",
  ),
  NOT_ENOUGH_REPLICAS: passing(
    'NotEnoughReplicas',
    'fewer replicas are in sync than min.insync.replicas asks for',
    'Bring the missing brokers back; until then nothing is accepted with acks=all.',
  ),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: passing(
    'NotEnoughReplicas',
    'fewer replicas are in sync than min.insync.replicas asks for',
    'Bring the missing brokers back; until then nothing is accepted with acks=all.',
  ),
  REQUEST_TIMED_OUT: passing(
    'BrokerTimeout',
    'the replicas did not confirm in time',
    'Look at the load of the brokers, and whether one of them is away.',
  ),
  KAFKA_STORAGE_ERROR: passing('BrokerStorage', "a broker's disk failed", "Look at that broker's disk and log."),
  OUT_OF_ORDER_SEQUENCE_NUMBER: passing('SessionLost', 'the broker lost the thread of this producer', newSession),
  UNKNOWN_PRODUCER_ID: passing('SessionLost', 'the broker no longer knows this producer', newSession),
  LEADER_NOT_AVAILABLE: notReady,
  NOT_LEADER_FOR_PARTITION: notReady,
  BROKER_NOT_AVAILABLE: notReady,
  REPLICA_NOT_AVAILABLE: notReady,
  NETWORK_EXCEPTION: notReady,
  GROUP_LOAD_IN_PROGRESS: notReady,
  GROUP_COORDINATOR_NOT_AVAILABLE: notReady,
  NOT_COORDINATOR_FOR_GROUP: notReady,
  CONCURRENT_TRANSACTIONS: notReady,
};

/** Kafka's number of PRODUCER_FENCED, where the names that kafkajs knows have ended. */
const PRODUCER_FENCED = 90;

/** What Kafka's own answer means; undefined if the error is none. */
export function protocolFailure(error: ErrorTraits, destination: Destination): Finding | undefined {
  const type = error.code === PRODUCER_FENCED ? 'PRODUCER_FENCED' : error.type;
  const describe = type === undefined ? BY_CLASS[error.name] : BY_TYPE[type];
  return describe?.(destination, error);
}

/** By kafkajs's class, where it judged by itself. */
const BY_CLASS: Readonly<Record<string, Describe>> = {
  KafkaJSSASLAuthenticationError: (destination, error) =>
    /not supported by the server/.test(error.message) ? notEnabled()(destination, error) : signIn()(destination, error),
  KafkaJSMetadataNotLoaded: notReady,
  KafkaJSTopicMetadataNotLoaded: notReady,
  KafkaJSBrokerNotFound: notReady,
  KafkaJSGroupCoordinatorNotFound: notReady,
  KafkaJSNoBrokerAvailableError: notReady,
};

function signIn(): Describe {
  return final(
    'SaslAuthenticationFailed',
    (d) => `${brokersOf(d)} did not accept the credentials (${d.endpoint.auth.mechanism})`,
    (d) =>
      d.endpoint.auth.mechanism === 'oauthbearer'
        ? "Check that the role may kafka-cluster:Connect to this cluster, and that the connection's region is the cluster's."
        : `Check username and password in the connection's secret, and that the user was made for ${d.endpoint.auth.mechanism}: a SCRAM user exists for each mechanism apart.`,
  );
}

function notEnabled(): Describe {
  return final(
    'MechanismNotEnabled',
    (d) => `${brokersOf(d)} does not offer ${d.endpoint.auth.mechanism} at this port`,
    () =>
      'Use a mechanism that the listener offers, or the port of the listener that has this one (on MSK 9096 SCRAM, 9098 IAM).',
  );
}
