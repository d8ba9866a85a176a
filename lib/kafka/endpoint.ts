import { SluiceError } from '../failure/index.ts';
import type { SecretStore } from '../secret/index.ts';
import type { KafkaEndpoint } from './contract.ts';

/** A Kafka connection as `connections.yml` defines it: secrets are named, not held. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly auth:
    | { readonly mechanism: 'none' }
    | { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly secret: string }
    | { readonly mechanism: 'mtls'; readonly secret: string }
    | { readonly mechanism: 'oauthbearer'; readonly region?: string };
  /** `ca` names a secret with the CA in PEM, plain or as `{certificate}`. */
  readonly tls?: { readonly ca?: string } | undefined;
  readonly clusterArn?: string;
}

/**
 * Fetches the secrets of a connection, in the shapes that AWS's event source mappings use for the same thing:
 * `{username, password}`, `{certificate, privateKey, privateKeyPassword}`, and `{certificate}` for a CA.
 * Throws SluiceError of stage `secret`, or `MissingRegion`.
 */
export async function resolveEndpoint(
  connection: KafkaConnection,
  secrets: SecretStore,
  clientId: string,
): Promise<KafkaEndpoint> {
  const [auth, ca] = await Promise.all([resolveAuth(connection, secrets), resolveCa(connection, secrets)]);
  return {
    brokers: connection.brokers,
    clientId,
    auth,
    ...(connection.tls !== undefined && { tls: { ...(ca !== undefined && { ca }) } }),
  };
}

async function resolveAuth(connection: KafkaConnection, secrets: SecretStore): Promise<KafkaEndpoint['auth']> {
  const { auth } = connection;
  switch (auth.mechanism) {
    case 'none':
      return auth;
    case 'mtls': {
      const fields = await secrets.fields(auth.secret, ['certificate', 'privateKey']);
      const { certificate, privateKey, privateKeyPassword } = fields as typeof fields & { privateKeyPassword?: string };
      return {
        mechanism: 'mtls',
        certificate,
        privateKey,
        ...(privateKeyPassword !== undefined && { privateKeyPassword }),
      };
    }
    case 'oauthbearer':
      return { mechanism: 'oauthbearer', region: auth.region ?? regionOf(connection) };
    default: {
      const { username, password } = await secrets.fields(auth.secret, ['username', 'password']);
      return { mechanism: auth.mechanism, username, password };
    }
  }
}

async function resolveCa({ tls }: KafkaConnection, secrets: SecretStore): Promise<string | undefined> {
  if (tls?.ca === undefined) return undefined;
  const text = await secrets.text(tls.ca);
  const pem = text.trimStart().startsWith('{') ? (await secrets.fields(tls.ca, ['certificate'])).certificate : text;
  // Node ignores a CA that it cannot read, and then says that the broker's certificate is not trusted.
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new SluiceError('BadSecret', `the secret "${tls.ca}" holds no certificate in PEM`, {
    stage: 'secret',
    fix: 'Store the CA with its BEGIN and END lines, as plain text or as {"certificate": "…"} with \\n for line breaks.',
  });
}

function regionOf({ clusterArn }: KafkaConnection): string {
  const region = clusterArn?.split(':')[3];
  if (region !== undefined && region !== '') return region;
  throw new SluiceError('MissingRegion', 'the connection uses oauthbearer and says no region', {
    stage: 'kafka',
    fix: "Write `auth: { mechanism: oauthbearer, region: … }`, or the cluster's `clusterArn`.",
  });
}
