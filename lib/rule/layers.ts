import type { SluiceError } from '../failure/index.ts';
import { merge, prune } from './merge.ts';
import { problem } from './problem.ts';
import type { Entry, MapNode } from './tree.ts';

export const DEFAULT_STAGE = 'dev';

/** A stage becomes part of the names of functions, queues and transactional ids. */
export const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** Stages that a file names. */
export function stagesIn(tree: MapNode): readonly string[] {
  const stages = tree.entries.get('stages')?.node;
  return stages?.kind === 'map' ? [...stages.entries.keys()] : [];
}

/** What is wrong with a file's `stages:` whichever stage is asked for. `fixed` keys must be the same on every stage. */
export function stageProblems(tree: MapNode, fixed: readonly string[], code: string): SluiceError[] {
  const stages = tree.entries.get('stages');
  if (stages === undefined) return [];
  if (stages.node.kind !== 'map') {
    return [
      problem(code, 'stages is not a map, expected a map of stages', stages.key, 'Write stages: { local: { … } }.'),
    ];
  }
  return [...stages.node.entries].flatMap(([stage, entry]) => blockProblems(stage, entry, fixed, code));
}

function blockProblems(stage: string, { key, node }: Entry, fixed: readonly string[], code: string): SluiceError[] {
  if (!STAGE_NAME.test(stage)) {
    const fix = 'Write lower-case letters, digits and hyphens, at most 20, a letter first.';
    return [problem(code, `"${stage}" cannot name a stage`, key, fix)];
  }
  if (node.kind === 'scalar' && node.value === null) return [];
  if (node.kind !== 'map') {
    return [
      problem(code, `stages.${stage} is not a map`, key, 'Write the keys that differ on this stage, or leave it out.'),
    ];
  }
  return [...node.entries].flatMap(([name, entry]) =>
    fixed.includes(name)
      ? [problem(code, `${name} cannot differ by stage`, entry.key, `Leave ${name} out of stages.${stage}.`)]
      : [],
  );
}

/** A file as one stage sees it, before variables are put in. */
export function layered(tree: MapNode, stage: string): MapNode {
  const entries = new Map(tree.entries);
  const stages = entries.get('stages')?.node;
  entries.delete('stages');
  const base = prune({ ...tree, entries });
  const block = stages?.kind === 'map' ? stages.entries.get(stage)?.node : undefined;
  return block?.kind === 'map' ? merge(base, block) : base;
}
