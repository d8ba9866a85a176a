/** Every address, file and credential that a client of the stack needs. */
import { type Certificates, certificateFolder, certificatePaths } from './certificates.ts';
import { KAFKA_BESIDE, KAFKA_GUEST, KAFKA_USER, type KafkaUser } from './kafka-properties.ts';
import type { PartName } from './part.ts';
import type { Ports } from './ports.ts';
import { POSTGRES_USER } from './postgres.ts';

export interface KafkaEndpoint {
  /** Without encryption or authentication. */
  readonly brokers: readonly string[];
  /** The same as deployed functions reach them: with Docker these run in containers. */
  readonly brokersForFunctions: readonly string[];
  /** The other ways in; undefined where the brokers were given by KAFKA_BROKERS. */
  readonly secured?: SecuredKafka;
}

export interface SecuredKafka {
  /** SASL without encryption: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. */
  readonly sasl: readonly string[];
  /** The same over TLS. */
  readonly saslTls: readonly string[];
  /** TLS where the client must show a certificate. */
  readonly mtls: readonly string[];
  /** TLS where it need not. */
  readonly tls: readonly string[];
  readonly user: KafkaUser;
  /** Authenticates, and is then refused everything. */
  readonly guest: KafkaUser;
  readonly certificates: Certificates;
}

export interface AwsEndpoint {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface PostgresEndpoint {
  /** With user and password. */
  readonly url: string;
}

export interface TdengineEndpoint {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

export interface Endpoints {
  readonly kafka?: KafkaEndpoint;
  /** The endpoint that deploys and runs functions. */
  readonly aws?: AwsEndpoint;
  readonly localstack?: AwsEndpoint;
  readonly postgres?: PostgresEndpoint;
  readonly redis?: { readonly url: string };
  readonly tdengine?: TdengineEndpoint;
}

/** The variables that name a server of the user's own, which is then used as it is. */
export const GIVEN_BY = {
  kafka: 'KAFKA_BROKERS',
  aws: 'AWS_ENDPOINT_URL',
  localstack: 'LOCALSTACK_URL',
  postgres: 'POSTGRES_URL',
  redis: 'REDIS_URL',
  tdengine: 'TDENGINE_URL',
} as const satisfies Record<PartName, string>;

export function given(part: PartName, environment: NodeJS.ProcessEnv): string | undefined {
  return environment[GIVEN_BY[part]] || undefined;
}

export interface EndpointSource {
  readonly folder: string;
  readonly ports: Ports;
  readonly environment: NodeJS.ProcessEnv;
}

/** The endpoints of these parts, whether they run already or not. `containers`: they run in Docker. */
export function endpointsOf(parts: readonly PartName[], source: EndpointSource, containers = false): Endpoints {
  const { ports } = source;
  const place = { ...source, containers, ports: containers ? { ...ports, localstack: ports.aws } : ports };
  return Object.fromEntries(parts.map((part) => [part, ENDPOINT[part](place, given(part, source.environment))]));
}

interface Place extends EndpointSource {
  readonly containers: boolean;
}

type Build<K extends PartName> = (place: Place, url: string | undefined) => NonNullable<Endpoints[K]>;

const ENDPOINT: { readonly [K in PartName]: Build<K> } = {
  kafka: ({ folder, ports, containers }, brokers) =>
    brokers === undefined
      ? {
          brokers: [`127.0.0.1:${ports.kafka}`],
          brokersForFunctions: [containers ? `${KAFKA_BESIDE.host}:${KAFKA_BESIDE.port}` : `127.0.0.1:${ports.kafka}`],
          secured: {
            sasl: [`127.0.0.1:${ports.kafkaSasl}`],
            saslTls: [`127.0.0.1:${ports.kafkaSaslTls}`],
            mtls: [`127.0.0.1:${ports.kafkaMtls}`],
            tls: [`127.0.0.1:${ports.kafkaTls}`],
            user: KAFKA_USER,
            guest: KAFKA_GUEST,
            certificates: certificatePaths(certificateFolder(folder)),
          },
        }
      : givenKafka(brokers.split(',').map((broker) => broker.trim())),
  aws: ({ ports, environment }, url) => aws(url ?? `http://127.0.0.1:${ports.aws}`, url === undefined, environment),
  localstack: ({ ports, environment }, url) =>
    aws(url ?? `http://127.0.0.1:${ports.localstack}`, url === undefined, environment),
  postgres: ({ ports }, url) => {
    const { username, password, database } = POSTGRES_USER;
    return { url: url ?? `postgres://${username}:${password}@127.0.0.1:${ports.postgres}/${database}` };
  },
  redis: ({ ports }, url) => ({ url: url ?? `redis://127.0.0.1:${ports.redis}` }),
  tdengine: ({ ports, environment }, url) => ({
    url: url ?? `http://127.0.0.1:${ports.tdengine}`,
    // What a server begins with.
    username: environment['TDENGINE_USER'] || 'root',
    password: environment['TDENGINE_PASSWORD'] || 'taosdata',
  }),
};

const givenKafka = (brokers: readonly string[]): KafkaEndpoint => ({ brokers, brokersForFunctions: brokers });

/** The stack takes any credentials; at a given endpoint those of the environment count. */
function aws(url: string, own: boolean, environment: NodeJS.ProcessEnv): AwsEndpoint {
  const from = own ? {} : environment;
  return {
    url,
    region: from['AWS_REGION'] ?? 'us-east-1',
    accessKeyId: from['AWS_ACCESS_KEY_ID'] ?? 'test',
    secretAccessKey: from['AWS_SECRET_ACCESS_KEY'] ?? 'test',
  };
}

/** The variables through which programs, the rules' local stage among them, find the stack. */
export function environmentOf(endpoints: Endpoints): Record<string, string> {
  const { kafka, aws, postgres, redis, tdengine } = endpoints;
  return {
    ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka.brokers.join(',') }),
    ...(aws === undefined
      ? {}
      : {
          AWS_ENDPOINT_URL: aws.url,
          AWS_REGION: aws.region,
          AWS_ACCESS_KEY_ID: aws.accessKeyId,
          AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
        }),
    ...(postgres === undefined ? {} : postgresVariables(postgres)),
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    ...(tdengine === undefined ? {} : tdengineVariables(tdengine)),
  };
}

/** Beside the URL what connections.yml is made of: a secret of its own, and a server that anybody may know. */
function postgresVariables({ url }: PostgresEndpoint): Record<string, string> {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    POSTGRES_URL: url,
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port || '5432',
    POSTGRES_DATABASE: decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username),
    POSTGRES_SECRET: secret(decodeURIComponent(username), decodeURIComponent(password)),
  };
}

const tdengineVariables = ({ url, username, password }: TdengineEndpoint): Record<string, string> => ({
  TDENGINE_URL: url,
  TDENGINE_SECRET: secret(username, password),
});

const secret = (username: string, password: string): string => JSON.stringify({ username, password });

/** The same for deploying: what goes into a function must be true where the function runs. */
export function functionEnvironmentOf(endpoints: Endpoints): Record<string, string> {
  const brokers = endpoints.kafka?.brokersForFunctions.join(',');
  return { ...environmentOf(endpoints), ...(brokers === undefined ? {} : { KAFKA_BROKERS: brokers }) };
}
