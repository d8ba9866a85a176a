import { readProject } from '../../lib/rule/project.ts';
import { resolveSink } from '../../lib/rule/resolve.ts';
import type { RuleBundle, SinkRule } from '../../lib/rule/schema.ts';

export interface SinkParts {
  readonly name?: string;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly message?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly unknown[];
  readonly onError?: unknown;
}

/** A rule of a sink that reads these topics, as its file would have it, on stage local: only there brokers need no sign-in. */
export function sinkBundle(
  brokers: readonly string[],
  topics: readonly string[],
  parts: SinkParts = {},
): RuleBundle<SinkRule> {
  const { name = 'words', source, onError = 'retain', ...rest } = parts;
  const rule = {
    kind: 'tdengine-sink',
    name,
    source: { connection: 'main', topics, ...source },
    target: { connection: 'plant', database: 'power', superTable: 'words' },
    subTable: 't_{id}',
    tags: { id: 'id' },
    onError,
    ...rest,
  };
  const connections = {
    kafka: { main: { brokers } },
    tdengine: { plant: { url: 'http://127.0.0.1:1', secret: 'env:NONE' } },
  };
  // JSON is YAML.
  const files = {
    rules: [{ path: `rules/${name}.yml`, text: JSON.stringify(rule) }],
    connections: { path: 'connections.yml', text: JSON.stringify(connections) },
  };
  return resolveSink(readProject(files, {}), name, 'local').bundle;
}
