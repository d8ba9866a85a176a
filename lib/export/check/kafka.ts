import { type KafkaAdmin, openAdmin } from '../../kafka/admin.ts';
import { readApiVersions, readsCommittedOffsets } from '../../kafka/api-versions.ts';
import type { ConnectionOptions } from '../../kafka/connection.ts';
import type { KafkaEndpoint } from '../../kafka/contract.ts';
import type { TopicUse } from '../../kafka/finding.ts';
import { type ProbedTransaction, probeTransaction } from '../../kafka/transaction-probe.ts';
import { type Finding, failed, ok, warning } from './probe.ts';

/** What the probes ask of Kafka. */
export interface KafkaProbes {
  open(endpoint: KafkaEndpoint): Promise<Pick<KafkaAdmin, 'brokers' | 'describeTopic' | 'close'>>;
  versions(endpoint: KafkaEndpoint): Promise<ReadonlyMap<number, number>>;
  transaction(endpoint: KafkaEndpoint, probed: ProbedTransaction): Promise<void>;
}

const IMPATIENT: ConnectionOptions = { connectTimeoutMs: 2500, requestTimeoutMs: 2500, retry: { retries: 0 } };

export const KAFKA_PROBES: KafkaProbes = {
  open: (endpoint) => openAdmin(endpoint, IMPATIENT),
  versions: (endpoint) => readApiVersions(endpoint, IMPATIENT),
  transaction: (endpoint, probed) =>
    // While a coordinator is found for the first time, the broker asks to come again in a moment.
    probeTransaction(endpoint, probed, {
      ...IMPATIENT,
      retry: { retries: 4, initialRetryTime: 50, maxRetryTime: 500 },
    }),
};

export async function lookAtCluster(
  admin: Pick<KafkaAdmin, 'brokers'>,
  { auth, tls }: KafkaEndpoint,
): Promise<Finding> {
  const brokers = await admin.brokers();
  const how = auth.mechanism === 'none' ? 'without sign-in' : `signed in with ${auth.mechanism}`;
  return ok(
    `${brokers.length} broker${brokers.length === 1 ? '' : 's'} (${brokers.join(', ')}), ${how}${tls === undefined ? '' : ' over TLS'}`,
  );
}

export async function lookAtTopic(
  admin: Pick<KafkaAdmin, 'describeTopic'>,
  name: string,
  use: TopicUse,
): Promise<Finding> {
  const { partitions, config } = await admin.describeTopic(name, use);
  if (partitions === 0)
    return failed(`topic ${name} has no partitions`, `Create it: kafka-topics.sh --create --topic ${name}`);
  const largest = config?.['max.message.bytes'];
  const cleaned = config?.['cleanup.policy'];
  const size = largest === undefined ? '' : `, batches up to ${largest} bytes`;
  const detail = `${partitions} partition${partitions === 1 ? '' : 's'}${size}`;
  if (cleaned?.includes('compact') === true) {
    return warning(
      `${detail}; the topic is compacted: of records with the same key Kafka keeps the last`,
      'If every record is to stay, set cleanup.policy=delete on the topic.',
    );
  }
  return ok(detail);
}

/** Exactly once needs a broker that shows committed offsets at once. */
export function judgeVersions(versions: ReadonlyMap<number, number>, delivery: string): Finding {
  if (readsCommittedOffsets(versions)) return ok('Kafka 4.0 or later');
  const fix =
    delivery === 'exactly-once'
      ? 'Upgrade the brokers to 4.0, or write kafka.delivery: at-least-once.'
      : 'Nothing for at-least-once; before exactly-once, upgrade the brokers.';
  return warning('the brokers are older than Kafka 4.0: exactly once cannot be promised on them (KAFKA-17507)', fix);
}
