import { SluiceError } from '../../failure/index.ts';
import type { TdengineConnection } from '../../rule/schema/connections.ts';
import type { SecretStore } from '../../secret/index.ts';

/** A connection with its secrets resolved. Never printed, never put into an error: `origin` is what may be named. */
export interface TdengineEndpoint {
  /** `https://td.example.com:6041`, and the path that a proxy may want before `/rest/sql`. */
  readonly origin: string;
  readonly auth:
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'token'; readonly token: string };
  /** PEM. */
  readonly tls: {
    readonly ca?: string;
    readonly certificate?: string;
    readonly privateKey?: string;
    readonly privateKeyPassword?: string;
  };
}

/** Throws SluiceError of stage `secret`. */
export async function resolveTdengine(
  { url, auth, secret, ca, clientCertificate }: TdengineConnection,
  secrets: SecretStore,
): Promise<TdengineEndpoint> {
  const [credentials, authority, client] = await Promise.all([
    signIn(auth, secret, secrets),
    ca === undefined ? {} : authorityOf(ca, secrets),
    clientCertificate === undefined ? {} : secrets.fields(clientCertificate, ['certificate', 'privateKey']),
  ]);
  const { origin, pathname } = new URL(url);
  return { origin: origin + pathname.replace(/\/$/, ''), auth: credentials, tls: { ...client, ...authority } };
}

async function signIn(
  auth: TdengineConnection['auth'],
  secret: string,
  secrets: SecretStore,
): Promise<TdengineEndpoint['auth']> {
  if (auth === 'token') return { kind: 'token', token: (await secrets.fields(secret, ['token'])).token };
  const { username, password } = await secrets.fields(secret, ['username', 'password']);
  return { kind: 'basic', username, password };
}

async function authorityOf(name: string, secrets: SecretStore): Promise<{ readonly ca: string }> {
  const text = await secrets.text(name);
  const ca = text.trimStart().startsWith('{') ? (await secrets.fields(name, ['certificate'])).certificate : text;
  // Node ignores a CA that it cannot read, and then says that the server's certificate is not trusted.
  if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ca };
  throw new SluiceError('BadSecret', `the secret "${name}" holds no certificate in PEM`, {
    stage: 'secret',
    fix: 'Store the CA with its BEGIN and END lines, as plain text or as {"certificate": "…"} with \\n for line breaks.',
  });
}
