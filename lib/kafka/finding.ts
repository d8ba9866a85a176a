import { type FailureOptions, SluiceError } from '../failure/index.ts';
import type { KafkaEndpoint } from './contract.ts';

/** Where a call to Kafka was going: what its failure names. */
export interface Destination {
  readonly endpoint: Pick<KafkaEndpoint, 'brokers' | 'auth' | 'tls'>;
  readonly topic?: string;
  readonly transactionalId?: string;
  readonly group?: string;
  /** Which rights to ask for. Default: to read where there is a group and no transaction, else to write. */
  readonly use?: TopicUse;
}

/** What somebody wants of a topic. */
export type TopicUse = 'read' | 'write';

/** What a failure says, before it becomes an error. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly retryable: boolean;
}

/** The fields that kafkajs's and Node's errors carry, as far as they have them. */
export interface ErrorTraits {
  readonly name: string;
  readonly message: string;
  /** Node's (`ECONNREFUSED`) or, as a number, Kafka's error code. */
  readonly code?: string | number;
  /** Kafka's name of the error. */
  readonly type?: string;
  /** `host:port` of the broker at the other end. */
  readonly broker?: string;
  readonly retriable?: boolean;
}

export function brokersOf({ endpoint }: Destination): string {
  return endpoint.brokers.join(', ');
}

export function reads({ use, group, transactionalId }: Destination): boolean {
  return use === undefined ? group !== undefined && transactionalId === undefined : use === 'read';
}

export function toError(
  { code, message, fix, retryable }: Finding,
  destination: Destination,
  cause?: unknown,
): SluiceError {
  const options: FailureOptions = {
    stage: 'kafka',
    retryable,
    fix,
    ...(destination.topic !== undefined && { context: { topic: destination.topic } }),
    ...(cause !== undefined && { cause }),
  };
  return new SluiceError(code, message, options);
}
