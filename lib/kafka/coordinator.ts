import type { Kafka } from 'kafkajs';
import type { SluiceError } from '../failure/index.ts';
import { type ConnectionOptions, createClient } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { causes, kafkaFailure } from './failure.ts';
import type { Destination } from './finding.ts';

/** A client that talks to coordinators, of groups or of transactions. */
export interface CoordinatedClient {
  readonly client: Kafka;
  /** `kafkaFailure`, for what this client threw. */
  failure(error: unknown, destination: Destination): SluiceError;
}

/**
 * Where a broker refuses to name a coordinator (above all: because a right is missing), kafkajs says only that it found
 * none, and keeps the reason to its log. It is taken from there.
 */
export function createCoordinatedClient(endpoint: KafkaEndpoint, options: ConnectionOptions): CoordinatedClient {
  let refusal: unknown;
  const client = createClient(endpoint, {
    ...options,
    coordinatorRefused: (error) => {
      refusal = error;
    },
  });
  return {
    client,
    failure(error, destination) {
      const unexplained = causes(error).some((cause) => (cause as Error).name === 'KafkaJSGroupCoordinatorNotFound');
      return kafkaFailure(unexplained && refusal !== undefined ? refusal : error, destination);
    },
  };
}
