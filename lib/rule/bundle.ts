import { createHash } from 'node:crypto';
import type { Connections, ExportRule, RuleBundle } from './schema.ts';

/** A rule with the connections that it names, and no others: a function need not know the rest. */
export function bundleOf(rule: ExportRule, all: Connections, stage: string): RuleBundle {
  const { connection } = rule.kafka;
  const shared = rule.rate?.shared;
  const kafka = all.kafka[connection];
  const redis = shared === undefined ? undefined : all.redis[shared];
  const connections: Connections = {
    kafka: kafka === undefined ? {} : { [connection]: kafka },
    postgres: {},
    tdengine: {},
    redis: redis === undefined || shared === undefined ? {} : { [shared]: redis },
  };
  const content = { stage, rule, connections };
  return { ...content, hash: createHash('sha256').update(canonical(content)).digest('hex').slice(0, 16) };
}

/** JSON with its keys in order, so that moving lines about in a file is no change. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Where a function finds its rule, from the root of its package. */
export function bundlePath(stage: string, rule: string): string {
  return `.sluice/${stage}/${rule}.json`;
}
