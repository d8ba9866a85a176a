import kafkajs, { type ISocketFactory, type Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { readCommittedOnly } from './committed.ts';
import type { KafkaEndpoint } from './contract.ts';
import { mskToken } from './msk-token.ts';
import './wire/fetch.ts';

const { logLevel } = kafkajs;

/** What kafkajs says while it works. It never holds payloads or secrets. */
export interface ClientLog {
  readonly level: 'warn' | 'error';
  readonly part: string;
  readonly message: string;
  readonly broker?: string;
}

export interface ConnectionOptions {
  /** For one attempt, TLS included, in milliseconds. Default: 5,000. */
  readonly connectTimeoutMs?: number;
  /** For an answer, in milliseconds. Default: 30,000. */
  readonly requestTimeoutMs?: number;
  /** Default: 5 retries, the first after 200 ms, each after twice the pause before: about 6 s in which a broker may move. */
  readonly retry?: RetryOptions;
  /** Default: silence. Whatever stops a call is in the error it throws. */
  readonly log?: (entry: ClientLog) => void;
  /** How a connection is made. Default: straight to the broker. */
  readonly socketFactory?: ISocketFactory;
  /** Signs a token for `oauthbearer`. Default: for MSK, with the function's own AWS credentials. */
  readonly token?: (region: string) => Promise<string>;
  /** Told what was answered to each search for a coordinator that failed. */
  readonly coordinatorRefused?: (error: unknown) => void;
}

export const DEFAULT_RETRY: RetryOptions = { initialRetryTime: 200, multiplier: 2, maxRetryTime: 5_000, retries: 5 };

/** Said at each start. The producer gives its session up when the retries are spent, so nothing rests on them. */
const RETRY_WARNING = 'Limiting retries for the idempotent producer';

/** At level DEBUG, with the error beside it. */
const COORDINATOR_REFUSED = 'Tried to find group coordinator';

/** A client of the cluster. It connects to nothing yet. */
export function createClient(endpoint: KafkaEndpoint, options: ConnectionOptions = {}): Kafka {
  const { log, coordinatorRefused } = options;
  readCommittedOnly();
  return new kafkajs.Kafka({
    brokers: [...endpoint.brokers],
    clientId: endpoint.clientId,
    connectionTimeout: options.connectTimeoutMs ?? 5_000,
    authenticationTimeout: options.connectTimeoutMs ?? 5_000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    retry: options.retry ?? DEFAULT_RETRY,
    ...(options.socketFactory && { socketFactory: options.socketFactory }),
    ...tlsOf(endpoint),
    ...saslOf(endpoint, options.token ?? mskToken),
    logLevel: coordinatorRefused !== undefined ? logLevel.DEBUG : log === undefined ? logLevel.NOTHING : logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, level, log: { message, broker, error } }) => {
        if (message === COORDINATOR_REFUSED) coordinatorRefused?.(error);
        if (level > logLevel.WARN || message.startsWith(RETRY_WARNING)) return;
        log?.({
          level: level === logLevel.WARN ? 'warn' : 'error',
          part: namespace,
          message,
          ...(typeof broker === 'string' && { broker }),
        });
      },
  });
}

/** Whether the endpoint speaks TLS: asked for, or implied by a client certificate or by IAM. */
export function usesTls(endpoint: Pick<KafkaEndpoint, 'auth' | 'tls'>): boolean {
  const { mechanism } = endpoint.auth;
  return endpoint.tls !== undefined || mechanism === 'mtls' || mechanism === 'oauthbearer';
}

/** TLS options of an endpoint, for kafkajs and for a socket of our own. */
export function tlsOf(endpoint: KafkaEndpoint): Pick<KafkaConfig, 'ssl'> & { readonly ssl?: object } {
  if (!usesTls(endpoint)) return {};
  const { auth, tls } = endpoint;
  return {
    ssl: {
      ...(tls?.ca !== undefined && { ca: [tls.ca] }),
      ...(auth.mechanism === 'mtls' && {
        cert: auth.certificate,
        key: auth.privateKey,
        ...(auth.privateKeyPassword !== undefined && { passphrase: auth.privateKeyPassword }),
      }),
    },
  };
}

function saslOf(endpoint: KafkaEndpoint, token: (region: string) => Promise<string>): Pick<KafkaConfig, 'sasl'> {
  const { auth } = endpoint;
  switch (auth.mechanism) {
    case 'none':
    case 'mtls':
      return {};
    case 'oauthbearer':
      return {
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => ({ value: await token(auth.region) }),
        },
      };
    default: {
      const { username, password } = auth;
      // kafkajs wants the mechanism as a literal of each, not of any.
      switch (auth.mechanism) {
        case 'plain':
          return { sasl: { mechanism: 'plain', username, password } };
        case 'scram-sha-256':
          return { sasl: { mechanism: 'scram-sha-256', username, password } };
        case 'scram-sha-512':
          return { sasl: { mechanism: 'scram-sha-512', username, password } };
      }
    }
  }
}
