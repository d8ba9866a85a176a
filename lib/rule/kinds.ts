import type { z } from 'zod';
import type { SluiceError } from '../failure/index.ts';
import { nearest } from './nearest.ts';
import { problem } from './problem.ts';
import type { RuleFile } from './project.ts';
import type { FileKind } from './resolve-file.ts';
import { connectionsSchema } from './schema/connections.ts';
import { exportSchema } from './schema/export.ts';
import { postgresSinkSchema } from './schema/postgres-sink.ts';
import { tdengineSinkSchema } from './schema/tdengine-sink.ts';
import type { RuleKind } from './schema.ts';
import { shapeOf } from './shape.ts';

function ruleFile<S extends z.ZodType>(schema: S): FileKind<S> {
  return { schema, shape: shapeOf(schema), code: 'InvalidRule', fixed: ['kind', 'name'] };
}

/** The kinds of rules, each with what its files are validated against. */
export const RULES = {
  export: ruleFile(exportSchema),
  'postgres-sink': ruleFile(postgresSinkSchema),
  'tdengine-sink': ruleFile(tdengineSinkSchema),
} as const;

export const RULE_KINDS = Object.keys(RULES) as readonly RuleKind[];

export const CONNECTIONS: FileKind<typeof connectionsSchema> = {
  schema: connectionsSchema,
  shape: shapeOf(connectionsSchema),
  code: 'InvalidConnections',
  fixed: [],
};

/** The kind of a file, or what is wrong with it, before anything else of the file can be judged. */
export function kindOf({ kind, tree, name }: RuleFile): RuleKind | SluiceError {
  const known = RULE_KINDS.find((each) => each === kind);
  if (known !== undefined) return known;
  const expected = `expected one of ${RULE_KINDS.join(', ')}`;
  const entry = tree.entries.get('kind');
  if (entry === undefined) {
    return problem('InvalidRule', `kind is missing, ${expected}`, tree.at, 'Add kind: export', name);
  }
  const near = kind === undefined ? undefined : nearest(kind, RULE_KINDS);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  const got = kind === undefined ? 'not text' : `"${kind}"`;
  const fix = `Write kind: ${near ?? 'export'}`;
  return problem('InvalidRule', `kind is ${got}, ${expected}${hint}`, entry.node.at, fix, name);
}
