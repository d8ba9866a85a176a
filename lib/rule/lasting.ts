import { SluiceError } from '../failure/index.ts';
import { type Project, stagesOf } from './project.ts';
import { type ResolvedRule, resolveRule } from './resolve.ts';
import { placeOf } from './tree.ts';

/**
 * What a change of a sink's file would make of its consumer groups: AWS cannot move a mapping to another group or start,
 * and another group knows nothing of what is written. Told once, for the first stage that it is so on.
 */
export function lastingProblems(before: Project, after: Project, name: string): readonly SluiceError[] {
  for (const stage of stagesOf(before)) {
    const [was, is] = [before, after].map((project) => resolvedOrNone(project, name, stage));
    const problem = was && is && lastingProblem(was, is);
    if (problem !== undefined) return [problem];
  }
  return [];
}

function resolvedOrNone(project: Project, name: string, stage: string): ResolvedRule | undefined {
  try {
    return resolveRule(project, name, stage);
  } catch (error) {
    if (error instanceof SluiceError) return undefined;
    throw error;
  }
}

function lastingProblem(was: ResolvedRule, is: ResolvedRule): SluiceError | undefined {
  const [before, after] = [was.rule, is.rule];
  if (before.kind === 'export' || after.kind === 'export') return undefined;
  const changed = (['group', 'from'] as const).find(
    (key) => JSON.stringify(before.source[key]) !== JSON.stringify(after.source[key]),
  );
  if (changed === undefined) return undefined;
  const { file, line, column } = placeOf(is.tree, ['source', changed]);
  const message = `source.${changed} was changed on stage ${is.bundle.stage}; a consumer group goes on where it stands`;
  return new SluiceError('Refused', message, {
    stage: 'rule',
    context: { rule: after.name, file, line, column },
    fix: `Put it back. To read from elsewhere, copy the file under another name, deploy, and sluice remove ${after.name} when the new one has taken over.`,
  });
}
