import { SluiceError } from '../../failure/index.ts';
import type { PostgresConnection } from '../../rule/schema.ts';
import type { SecretStore } from '../../secret/index.ts';
import { rdsToken } from './rds-token.ts';

/** A PostgreSQL connection with its secrets resolved. Never printed, never put into an error. */
export interface PostgresEndpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  /** Asked anew at each connection: tokens last for 15 minutes. */
  readonly password: () => Promise<string>;
  readonly passwordFrom: 'secret' | 'iam';
  /** Undefined: no TLS. `verify`: whether the certificate must be trusted and made out for the host. */
  readonly tls?: {
    readonly verify: boolean;
    readonly ca?: string;
    readonly client?: { readonly certificate: string; readonly privateKey: string; readonly password?: string };
  };
}

/** Fetches the secrets of a connection. Throws SluiceError of stage `secret`. */
export async function resolvePostgres(connection: PostgresConnection, secrets: SecretStore): Promise<PostgresEndpoint> {
  const { host, port, database } = connection;
  const [login, tls] = await Promise.all([loginOf(connection, secrets), resolveTls(connection, secrets)]);
  return { host, port, database, ...login, ...(tls !== undefined && { tls }) };
}

async function loginOf(
  connection: PostgresConnection,
  secrets: SecretStore,
): Promise<Pick<PostgresEndpoint, 'username' | 'password' | 'passwordFrom'>> {
  if (connection.auth === 'iam') {
    const { host, port, username, region } = connection;
    return {
      username,
      password: () => rdsToken({ host, port, username, ...(region !== undefined && { region }) }),
      passwordFrom: 'iam',
    };
  }
  const { username, password } = await secrets.fields(connection.secret, ['username', 'password']);
  return { username, password: async () => password, passwordFrom: 'secret' };
}

async function resolveTls(
  { tls, ca, clientCertificate }: PostgresConnection,
  secrets: SecretStore,
): Promise<PostgresEndpoint['tls']> {
  if (tls === 'disable') return undefined;
  const pem = ca === undefined ? undefined : await certificateOf(ca, secrets);
  const client = clientCertificate === undefined ? undefined : await clientOf(clientCertificate, secrets);
  return {
    verify: tls === 'verify-full',
    ...(pem !== undefined && { ca: pem }),
    ...(client !== undefined && { client }),
  };
}

async function certificateOf(name: string, secrets: SecretStore): Promise<string> {
  const text = await secrets.text(name);
  const pem = text.trimStart().startsWith('{') ? (await secrets.fields(name, ['certificate'])).certificate : text;
  // Node ignores a CA that it cannot read, and then says that the server's certificate is not trusted.
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new SluiceError('BadSecret', `the secret "${name}" holds no certificate in PEM`, {
    stage: 'secret',
    fix: 'Store the CA with its BEGIN and END lines, as plain text or as {"certificate": "…"} with \\n for line breaks.',
  });
}

async function clientOf(name: string, secrets: SecretStore) {
  const fields: { certificate: string; privateKey: string; privateKeyPassword?: string } = await secrets.fields(name, [
    'certificate',
    'privateKey',
  ]);
  const { certificate, privateKey, privateKeyPassword } = fields;
  return { certificate, privateKey, ...(privateKeyPassword !== undefined && { password: privateKeyPassword }) };
}
