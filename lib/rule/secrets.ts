import type { RuleBundle } from './schema.ts';

/** A secret that a function reads, and the KMS key that it is encrypted with where it is not Secrets Manager's own. */
export interface SecretUse {
  readonly name: string;
  readonly kmsKey?: string;
  /** What asks for it, as messages name it. */
  readonly of: string;
}

/** Every secret that a rule needs to run. */
export function secretsOf({ rule, connections }: RuleBundle): readonly SecretUse[] {
  const uses: SecretUse[] = [];
  const use = (name: string | undefined, of: string, kmsKey?: string): void => {
    if (name !== undefined) uses.push({ name, of, ...(kmsKey === undefined ? {} : { kmsKey }) });
  };
  if (rule.kind === 'export') use(rule.source.secret, 'source.secret');
  for (const [name, { auth, tls, kmsKey }] of Object.entries(connections.kafka)) {
    use('secret' in auth ? auth.secret : undefined, `kafka.${name}.auth.secret`, kmsKey);
    use(tls?.ca, `kafka.${name}.tls.ca`, kmsKey);
  }
  for (const [name, connection] of Object.entries(connections.postgres)) {
    const { ca, clientCertificate, kmsKey } = connection;
    use(connection.auth === 'password' ? connection.secret : undefined, `postgres.${name}.secret`, kmsKey);
    use(ca, `postgres.${name}.ca`, kmsKey);
    use(clientCertificate, `postgres.${name}.clientCertificate`, kmsKey);
  }
  for (const [name, { secret, ca, clientCertificate, kmsKey }] of Object.entries(connections.tdengine)) {
    use(secret, `tdengine.${name}.secret`, kmsKey);
    use(ca, `tdengine.${name}.ca`, kmsKey);
    use(clientCertificate, `tdengine.${name}.clientCertificate`, kmsKey);
  }
  for (const [name, { secret, kmsKey }] of Object.entries(connections.redis))
    use(secret, `redis.${name}.secret`, kmsKey);
  return uses;
}
