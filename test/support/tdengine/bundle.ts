import { readProject } from '../../../lib/rule/project.ts';
import { resolveSink } from '../../../lib/rule/resolve.ts';
import type { RuleBundle, TdengineSinkRule } from '../../../lib/rule/schema.ts';

/** Where the servers are. */
export interface Servers {
  readonly brokers: readonly string[];
  readonly url: string;
}

/** The secret that the connection names: a process is given it in its environment. */
export const SECRET = 'SLUICE_TEST_TDENGINE';

/** A rule as its file would have it, on stage local, in JSON, which is YAML. */
export function tdengineBundle(
  { brokers, url }: Servers,
  rule: Readonly<Record<string, unknown>>,
): RuleBundle<TdengineSinkRule> {
  const written = { kind: 'tdengine-sink', name: 'meters', ...rule };
  const connections = {
    kafka: { main: { brokers } },
    tdengine: { plant: { url, auth: 'basic', secret: `env:${SECRET}` } },
  };
  const files = {
    rules: [{ path: 'rules/meters.yml', text: JSON.stringify(written) }],
    connections: { path: 'connections.yml', text: JSON.stringify(connections) },
  };
  return resolveSink(readProject(files, {}), 'meters', 'local').bundle as RuleBundle<TdengineSinkRule>;
}
