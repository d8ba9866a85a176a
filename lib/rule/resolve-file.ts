import type { z } from 'zod';
import { SluiceError } from '../failure/index.ts';
import { explain } from './issues.ts';
import { layered, stageProblems } from './layers.ts';
import type { Checked } from './problem.ts';
import { retype, type Shape } from './shape.ts';
import { type MapNode, plain } from './tree.ts';
import { substitute, type Target } from './variables.ts';

/** A kind of file: what it is validated against. */
export interface FileKind<S extends z.ZodType> {
  readonly schema: S;
  readonly shape: Shape;
  /** Of the errors about such a file. */
  readonly code: string;
  /** Keys that are the same on every stage and take no variables. */
  readonly fixed: readonly string[];
}

export interface ResolvedFile<T> {
  readonly value: T;
  /** The merged file with variables put in: where each value came from. */
  readonly tree: MapNode;
}

/** One file on one stage: merged, variables put in, validated, defaults filled in. */
export function resolveFile<S extends z.ZodType>(
  tree: MapNode,
  kind: FileKind<S>,
  target: Target,
  rule?: string,
): Checked<ResolvedFile<z.output<S>>> {
  const stages = stageProblems(tree, kind.fixed, kind.code);
  if (stages.length > 0) return { ok: false, problems: stages };
  try {
    const merged = retype(withVariables(layered(tree, target.stage), kind.fixed, target), kind.shape);
    const parsed = kind.schema.safeParse(plain(merged));
    if (parsed.success) return { ok: true, value: { value: parsed.data, tree: merged } };
    const subject = { root: merged, shape: kind.shape, code: kind.code, ...(rule === undefined ? {} : { rule }) };
    return { ok: false, problems: explain(parsed.error.issues, subject) };
  } catch (error) {
    if (error instanceof SluiceError) return { ok: false, problems: [error.at(rule === undefined ? {} : { rule })] };
    throw error;
  }
}

function withVariables(tree: MapNode, fixed: readonly string[], target: Target): MapNode {
  const entries = new Map(substitute(tree, target).entries);
  for (const name of fixed) {
    const written = tree.entries.get(name);
    if (written !== undefined) entries.set(name, written);
  }
  return { ...tree, entries };
}
