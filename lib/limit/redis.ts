import { Redis } from 'ioredis';
import { SluiceError } from '../failure/index.ts';
import type { SecretStore } from '../secret/index.ts';

/** A Redis connection as `connections.yml` defines it: its secret is named, not held. */
export interface RedisConnection {
  /** `redis://host:port` or `rediss://host:port`, without credentials. */
  readonly url: string;
  /** Names a secret with `{username, password}` or `{password}`. */
  readonly secret?: string;
}

/** A Redis connection with its secret resolved. Never printed, never put into an error. */
export interface RedisEndpoint {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

export async function resolveRedis({ url, secret }: RedisConnection, secrets: SecretStore): Promise<RedisEndpoint> {
  if (secret === undefined) return { url };
  const fields: Readonly<Record<string, string>> = await secrets.fields(secret, ['password']);
  const { username, password } = fields;
  return { url, ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

/** Attempts after a connection was lost, at growing intervals: about 3 s, after which the client gives up. */
const ATTEMPTS = 5;

export interface RedisLink {
  readonly client: Redis;
  /** Rejects with `LimiterUnavailable` when the client has given up. Never resolves. */
  readonly lost: Promise<never>;
}

/** Connects. Throws SluiceError (`LimiterUnavailable`, `LimiterDenied`), after so many further attempts. */
export async function connectRedis(endpoint: RedisEndpoint, attempts = ATTEMPTS): Promise<RedisLink> {
  const { url, username, password } = endpoint;
  const client = new Redis(url, {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    connectTimeout: 3_000,
    retryStrategy: (attempt) => (attempt > attempts ? null : 200 * attempt),
    // Commands wait while the client connects again; its end makes them fail.
    maxRetriesPerRequest: null,
  });
  let reason: unknown;
  client.on('error', (error: unknown) => {
    reason = error;
    // Another attempt will not make the password right.
    if (isDenied(error)) client.disconnect();
  });
  const lost = new Promise<never>((_, reject) => {
    client.once('end', () => reject(unavailable(endpoint, reason)));
  });
  // Also those who do not wait for it right now must not crash on it.
  lost.catch(() => undefined);
  await Promise.race([new Promise<void>((resolve) => client.once('ready', resolve)), lost]);
  return { client, lost };
}

function unavailable({ url }: RedisEndpoint, reason: unknown): SluiceError {
  const { host } = new URL(url);
  // Of the error only its words: ioredis hangs the failed command on it, and that of the sign-in holds the password.
  const cause = reason instanceof Error ? new Error(reason.message) : undefined;
  if (isDenied(reason)) {
    return new SluiceError('LimiterDenied', `Redis at ${host}, which holds the rate, refused the sign-in`, {
      stage: 'limit',
      fix: "Check `{username, password}` in the connection's secret; a server with only a password takes it without a username.",
      cause,
    });
  }
  return new SluiceError(
    'LimiterUnavailable',
    `Redis at ${host}, which holds the rate of all instances, is not there`,
    {
      stage: 'limit',
      retryable: true,
      fix: 'Is it running? From a function: the rule needs a `vpc` that reaches it, its security group must let the port in, and ElastiCache with encryption in transit needs rediss://. Without Redis: leave `rate.shared` out and set `rate.instances`.',
      cause,
    },
  );
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/.test(error.message);
}
