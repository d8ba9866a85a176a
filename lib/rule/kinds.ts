import type { SluiceError } from '../failure/index.ts';
import { nearest } from './nearest.ts';
import { problem } from './problem.ts';
import type { RuleFile } from './project.ts';
import type { FileKind } from './resolve-file.ts';
import { connectionsSchema } from './schema/connections.ts';
import { exportSchema } from './schema/export.ts';
import { shapeOf } from './shape.ts';

export const EXPORT: FileKind<typeof exportSchema> = {
  schema: exportSchema,
  shape: shapeOf(exportSchema),
  code: 'InvalidRule',
  fixed: ['kind', 'name'],
};

export const CONNECTIONS: FileKind<typeof connectionsSchema> = {
  schema: connectionsSchema,
  shape: shapeOf(connectionsSchema),
  code: 'InvalidConnections',
  fixed: [],
};

const LATER = ['postgres-sink', 'tdengine-sink'];

/** What is wrong with a file's `kind`, before anything else of it can be judged. */
export function kindProblem(file: RuleFile): SluiceError | undefined {
  const { kind, tree, name } = file;
  if (kind === 'export') return undefined;
  const entry = tree.entries.get('kind');
  if (entry === undefined) {
    return problem('InvalidRule', 'kind is missing, expected export', tree.at, 'Add kind: export', name);
  }
  const at = entry.node.at;
  if (kind !== undefined && LATER.includes(kind)) {
    const fix = 'Only kind: export is; take this file out of rules/ until then.';
    return problem('NotBuiltYet', `rules of kind ${kind} are not built yet`, at, fix, name);
  }
  const near = kind === undefined ? undefined : nearest(kind, ['export', ...LATER]);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  const got = kind === undefined ? 'not text' : `"${kind}"`;
  return problem('InvalidRule', `kind is ${got}, expected export${hint}`, at, 'Write kind: export', name);
}
