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
  use(rule.source.secret, 'source.secret');
  for (const [name, { auth, tls, kmsKey }] of Object.entries(connections.kafka)) {
    use('secret' in auth ? auth.secret : undefined, `kafka.${name}.auth.secret`, kmsKey);
    use(tls?.ca, `kafka.${name}.tls.ca`, kmsKey);
  }
  for (const [name, { secret, kmsKey }] of Object.entries(connections.redis))
    use(secret, `redis.${name}.secret`, kmsKey);
  return uses;
}
