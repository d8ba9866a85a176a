/** The broker's configuration as text: one KRaft node with a listener for each way a client may authenticate. */
import type { Ports } from './ports.ts';

export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

/** May do everything, with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
export const KAFKA_USER: KafkaUser = { username: 'sluice', password: 'sluice-password' };
/** Authenticates with the same mechanisms, and may do nothing. */
export const KAFKA_GUEST: KafkaUser = { username: 'guest', password: 'guest-password' };
/** Where containers beside the broker reach it. */
export const KAFKA_BESIDE = { host: 'kafka', port: 19_092 } as const;
/** Must not begin with a hyphen: the format tool would read an option. */
export const CLUSTER_ID = 'c2x1aWNlLWxvY2FsLWthZg';

/** Where the broker sees things; inside a container these are other paths and addresses than outside. */
export interface KafkaPlace {
  readonly ports: Ports;
  readonly data: string;
  readonly certificates: string;
  readonly bind: string;
  /** A further plaintext listener under this name, for what runs beside the broker in the same container network. */
  readonly internal?: { readonly host: string; readonly port: number };
}

export function serverProperties(place: KafkaPlace): string {
  const { ports, bind, internal } = place;
  const listeners: [name: string, protocol: string, port: number][] = [
    ['PLAINTEXT', 'PLAINTEXT', ports.kafka],
    ['SASL', 'SASL_PLAINTEXT', ports.kafkaSasl],
    ['SASLTLS', 'SASL_SSL', ports.kafkaSaslTls],
    ['MTLS', 'SSL', ports.kafkaMtls],
    ['TLS', 'SSL', ports.kafkaTls],
  ];
  const inside = internal === undefined ? [] : [`INTERNAL://${internal.host}:${internal.port}`];
  const lines: [string, string | number][] = [
    ['process.roles', 'broker,controller'],
    ['node.id', 1],
    ['controller.quorum.voters', `1@127.0.0.1:${ports.kafkaController}`],
    ['controller.listener.names', 'CONTROLLER'],
    ['inter.broker.listener.name', 'PLAINTEXT'],
    [
      'listeners',
      [
        ...listeners.map(([name, , port]) => `${name}://${bind}:${port}`),
        ...(internal === undefined ? [] : [`INTERNAL://${bind}:${internal.port}`]),
        `CONTROLLER://127.0.0.1:${ports.kafkaController}`,
      ].join(','),
    ],
    [
      'advertised.listeners',
      [...listeners.map(([name, , port]) => `${name}://127.0.0.1:${port}`), ...inside].join(','),
    ],
    [
      'listener.security.protocol.map',
      [
        ...listeners.map(([name, protocol]) => `${name}:${protocol}`),
        ...(internal === undefined ? [] : ['INTERNAL:PLAINTEXT']),
        'CONTROLLER:PLAINTEXT',
      ].join(','),
    ],
    ['log.dirs', place.data],
    // One node cannot replicate to others.
    ['offsets.topic.replication.factor', 1],
    ['offsets.topic.num.partitions', 8],
    ['transaction.state.log.replication.factor', 1],
    ['transaction.state.log.min.isr', 1],
    ['transaction.state.log.num.partitions', 8],
    ['share.coordinator.state.topic.replication.factor', 1],
    ['share.coordinator.state.topic.min.isr', 1],
    ['group.initial.rebalance.delay.ms', 0],
    // A broker that was killed is taken for alive, and its successor refused, for this long (9 s by default).
    ['broker.session.timeout.ms', 2000],
    ['broker.heartbeat.interval.ms', 500],
    ['auto.create.topics.enable', 'false'],
    ...saslLines(),
    ...tlsLines(place.certificates),
    // Rights are checked so that tests can see them refused; everybody but the guest has them all.
    ['authorizer.class.name', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'],
    ['super.users', `User:ANONYMOUS;User:${KAFKA_USER.username};User:CN=sluice-client`],
  ];
  return `${lines.map(([key, value]) => `${key}=${value}`).join('\n')}\n`;
}

function saslLines(): [string, string][] {
  const users = [KAFKA_USER, KAFKA_GUEST].map(({ username, password }) => `user_${username}="${password}"`).join(' ');
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return [
    ['sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'],
    ...['sasl', 'sasltls'].flatMap((listener): [string, string][] => [
      [
        `listener.name.${listener}.plain.sasl.jaas.config`,
        `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
      ],
      [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, scram],
      [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, scram],
    ]),
  ];
}

function tlsLines(certificates: string): [string, string][] {
  return [
    ['ssl.keystore.type', 'PEM'],
    ['ssl.keystore.location', `${certificates}/server.keystore.pem`],
    ['ssl.truststore.type', 'PEM'],
    ['ssl.truststore.location', `${certificates}/ca.pem`],
    ['listener.name.mtls.ssl.client.auth', 'required'],
    ['listener.name.tls.ssl.client.auth', 'none'],
    ['listener.name.sasltls.ssl.client.auth', 'none'],
  ];
}

/** Arguments of the storage tool that make the SCRAM users before the broker's first start. */
export function scramArguments(): string[] {
  return [KAFKA_USER, KAFKA_GUEST].flatMap(({ username, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]),
  );
}
