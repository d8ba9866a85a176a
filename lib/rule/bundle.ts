import { createHash } from 'node:crypto';
import type { ConnectionKind, Connections, Rule, RuleBundle, SinkRule } from './schema.ts';
import type { Path } from './tree.ts';

/** A rule with the connections that it names, and no others: a function need not know the rest. */
export function bundleOf<R extends Rule>(rule: R, all: Connections, stage: string): RuleBundle<R> {
  const named = new Map(connectionsNamed(rule).map(({ kind, name }) => [kind, name]));
  const only = <T>(kind: ConnectionKind, known: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(known).filter(([name]) => name === named.get(kind)));
  const connections: Connections = {
    kafka: only('kafka', all.kafka),
    postgres: only('postgres', all.postgres),
    tdengine: only('tdengine', all.tdengine),
    redis: only('redis', all.redis),
  };
  const content = { stage, rule, connections };
  return { ...content, hash: createHash('sha256').update(canonical(content)).digest('hex').slice(0, 16) };
}

/** A connection that a rule names, and where it does. A rule names one of a kind at most. */
export interface NamedConnection {
  readonly kind: ConnectionKind;
  readonly name: string;
  readonly path: Path;
}

export function connectionsNamed(rule: Rule): readonly NamedConnection[] {
  switch (rule.kind) {
    case 'export': {
      const shared = rule.rate?.shared;
      return [
        { kind: 'kafka', name: rule.kafka.connection, path: ['kafka', 'connection'] },
        ...(shared === undefined ? [] : [{ kind: 'redis' as const, name: shared, path: ['rate', 'shared'] }]),
      ];
    }
    case 'postgres-sink':
      return sinkConnections(rule, 'postgres');
    case 'tdengine-sink':
      return sinkConnections(rule, 'tdengine');
  }
}

function sinkConnections({ source, target }: SinkRule, kind: ConnectionKind): readonly NamedConnection[] {
  return [
    { kind: 'kafka', name: source.connection, path: ['source', 'connection'] },
    { kind, name: target.connection, path: ['target', 'connection'] },
  ];
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
