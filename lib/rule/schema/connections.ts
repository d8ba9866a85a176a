import { z } from 'zod';
import { kmsKey, secret, text } from './scalars.ts';

/** Several may stand in one text, since that is how an environment variable holds them. */
const brokers = z
  .array(
    z.string().regex(/^[^\s:/,]+:\d{1,5}( ?, ?[^\s:/,]+:\d{1,5})*$/, {
      error: 'host:port, such as b-1.example.com:9096',
    }),
  )
  .min(1, { error: 'a list with at least one broker' })
  .transform((texts) => texts.flatMap((text) => text.split(/ ?, ?/)));

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'an AWS region such as eu-central-1' });

const PORT = { error: 'a port, from 1 to 65535' };
/** Text too, since that is how an environment variable holds it. */
const port = z
  .union([z.int(), z.string().regex(/^\d{1,5}$/, PORT)])
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, PORT);

const auth = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('none') }),
  z.strictObject({
    mechanism: z.literal(['plain', 'scram-sha-256', 'scram-sha-512']),
    secret: secret().describe('Holds `{username, password}`.'),
  }),
  z.strictObject({
    mechanism: z.literal('mtls'),
    secret: secret().describe(
      'Holds `{certificate, privateKey, privateKeyPassword}`, in PEM; the password only for a key that has one.',
    ),
  }),
  z.strictObject({
    mechanism: z.literal('oauthbearer'),
    region: region.exactOptional().describe("The cluster's region. Default: the one in `clusterArn`."),
  }),
]);

const ca = () =>
  secret().exactOptional().describe("Holds `{certificate}`: the CA, in PEM. Default: the system's roots.");
const kmsKeyOfSecrets = () =>
  kmsKey().exactOptional().describe('The KMS key of its secrets, where it is not the one of Secrets Manager itself.');

const kafka = z.strictObject({
  brokers: brokers.describe('The brokers to begin with, `host:port`.'),
  auth: z
    .union([z.literal('none'), auth])
    .prefault('none')
    .transform((value) => (value === 'none' ? { mechanism: 'none' as const } : value))
    .describe(
      'How clients sign in: `none`, or a map such as `{ mechanism: scram-sha-512, secret: name }`. `oauthbearer` is MSK with IAM.',
    ),
  tls: z
    .union([
      z.boolean(),
      z.strictObject({
        ca: ca(),
      }),
    ])
    .prefault(false)
    .transform((value): { ca?: string } | undefined => (value === true ? {} : value === false ? undefined : value))
    .describe('Encrypts the connection. `true` trusts the system’s roots.'),
  clusterArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[^/]+\/[^/]+$/, {
      error: "an MSK cluster's ARN, arn:aws:kafka:<region>:<account>:cluster/<name>/<id>",
    })
    .exactOptional()
    .describe('The MSK cluster. Needed for `oauthbearer`, whose rights are granted on it.'),
  kmsKey: kmsKeyOfSecrets(),
});

const clientCertificate = () =>
  secret()
    .exactOptional()
    .describe(
      'For a server that asks clients for one: holds `{certificate, privateKey, privateKeyPassword}`, in PEM; the password only for a key that has one.',
    );

/** The id that RDS gives an instance, a cluster or a proxy: rights to sign in are granted on it. */
const resourceId = z
  .string()
  .regex(/^(db|cluster|prx)-[A-Za-z0-9]+$/, { error: 'a resource id of RDS: db-…, cluster-…, or prx-… for a proxy' });

const postgres = z
  .strictObject({
    host: text().describe('The server.'),
    port: port.default(5432).describe('The port.'),
    database: text().describe('The database.'),
    auth: z
      .enum(['password', 'iam'])
      .default('password')
      .describe('How clients sign in. `iam`: by a token of RDS, over TLS; nothing is kept.'),
    secret: secret().exactOptional().describe('Holds `{username, password}`, as RDS writes it; for `auth: password`.'),
    username: text().exactOptional().describe('The database user; for `auth: iam`.'),
    resourceId: resourceId
      .exactOptional()
      .describe(
        'The id of the instance, cluster or proxy (`DbiResourceId`, `DbClusterResourceId`, or the end of the ARN of a proxy); for `auth: iam`, whose right is granted on it.',
      ),
    region: region.exactOptional().describe("The server's region; for `auth: iam`. Default: the function's."),
    tls: z.enum(['disable', 'require', 'verify-full']).default('disable').describe('How far the server is trusted.'),
    ca: ca(),
    clientCertificate: clientCertificate(),
    kmsKey: kmsKeyOfSecrets(),
  })
  .superRefine((connection, context) => {
    const needed = (['username', 'resourceId', 'secret'] as const).filter(
      (key) => (key === 'secret') !== (connection.auth === 'iam'),
    );
    for (const key of needed) {
      if (connection[key] !== undefined) continue;
      const message = `one with auth: ${connection.auth}`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
    if (connection.auth === 'iam' && connection.tls === 'disable')
      context.addIssue({ code: 'custom', path: ['tls'], message: 'require or verify-full with auth: iam' });
  })
  .transform(({ auth, secret, username, resourceId, region, ...server }): PostgresServer & PostgresLogin => {
    // What is missing was told of above.
    if (auth === 'password') return { ...server, auth, secret: secret ?? '' };
    const login = { username: username ?? '', resourceId: resourceId ?? '' };
    return { ...server, auth, ...login, ...(region === undefined ? {} : { region }) };
  });

interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: 'disable' | 'require' | 'verify-full';
  readonly ca?: string;
  readonly clientCertificate?: string;
  readonly kmsKey?: string;
}

type PostgresLogin =
  | { readonly auth: 'password'; readonly secret: string }
  | { readonly auth: 'iam'; readonly username: string; readonly resourceId: string; readonly region?: string };

const tdengine = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s@?]+$/, { error: 'a URL such as https://td.example.com:6041, without a password or token' })
    .describe("taosadapter's address."),
  auth: z.enum(['basic', 'token']).default('basic').describe('`token`: TDengine Cloud.'),
  secret: secret().describe('Holds `{username, password}`, or `{token}`.'),
  ca: ca(),
  clientCertificate: clientCertificate(),
  kmsKey: kmsKeyOfSecrets(),
});

const redis = z.strictObject({
  url: z
    .string()
    .regex(/^rediss?:\/\/[^\s@]+$/, { error: 'a URL such as rediss://cache.example.com:6379, without a password' })
    .describe('`rediss:` is TLS.'),
  secret: secret().exactOptional().describe('Holds `{username, password}` or `{password}`. Left out: no password.'),
  kmsKey: kmsKeyOfSecrets(),
});

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: 'a name of letters, digits, hyphens and underscores' });

export const connectionsSchema = z.strictObject({
  kafka: z.record(name, kafka).default({}).describe('Kafka clusters, by name.'),
  postgres: z.record(name, postgres).default({}).describe('PostgreSQL databases, by name.'),
  tdengine: z.record(name, tdengine).default({}).describe('TDengine servers, by name.'),
  redis: z.record(name, redis).default({}).describe('Redis servers, by name.'),
});

/** `connections.yml`, merged for one stage. Secrets are named, not held. */
export type Connections = z.output<typeof connectionsSchema>;
export type ConnectionKind = keyof Connections;
export type KafkaConnection = z.output<typeof kafka>;
export type PostgresConnection = z.output<typeof postgres>;
export type TdengineConnection = z.output<typeof tdengine>;
export type RedisConnection = z.output<typeof redis>;
