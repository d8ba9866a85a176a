import type { SluiceError } from '../failure/index.ts';
import { groupProblems } from './checks/groups.ts';
import { duplicateNames } from './checks/names.ts';
import { notificationProblems } from './checks/notifications.ts';
import { pollerProblems } from './checks/pollers.ts';
import { type Project, stagesOf } from './project.ts';
import { type ResolvedRule, readRule, requireStage, resolveConnections, resolveRuleFile } from './resolve.ts';

/**
 * Everything that is wrong with a project's files on one stage, or, without one, on any stage that they name. What is
 * wrong on several stages is told once. Throws SluiceError (`UnknownStage`) for a stage that cannot be one.
 */
export function validateProject(project: Project, stage?: string): readonly SluiceError[] {
  if (stage !== undefined) requireStage(stage);
  const stages = stage === undefined ? stagesOf(project) : [stage];
  const found = [...project.broken, ...duplicateNames(project.rules)];
  for (const each of stages) found.push(...stageErrors(project, each));
  return once(found);
}

function stageErrors(project: Project, stage: string): readonly SluiceError[] {
  const connections = resolveConnections(project, stage);
  if (!connections.ok) {
    // What a rule needs of its connections cannot be judged; telling that it has none would send the reader astray.
    const rules = project.rules.map((file) => readRule(file, project, stage));
    return [...connections.problems, ...rules.flatMap((each) => (each.ok ? [] : each.problems))];
  }
  const resolved = project.rules.map((file) => resolveRuleFile(file, project, connections.value, stage));
  const good: ResolvedRule[] = resolved.flatMap((each) => (each.ok ? [each.value] : []));
  const polled = good.flatMap(({ rule, tree }) =>
    rule.kind === 'export' ? [] : pollerProblems({ rule, tree, stage, connections: connections.value }),
  );
  return [
    ...resolved.flatMap((each) => (each.ok ? [] : each.problems)),
    ...polled,
    ...notificationProblems(good),
    ...groupProblems(good),
  ];
}

function once(problems: readonly SluiceError[]): readonly SluiceError[] {
  const seen = new Set<string>();
  return problems.filter(({ context: { file, line, column }, message }) => {
    const key = JSON.stringify([file, line, column, message]);
    return !seen.has(key) && seen.add(key);
  });
}
