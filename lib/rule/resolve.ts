import type { z } from 'zod';
import { SluiceError } from '../failure/index.ts';
import { bundleOf } from './bundle.ts';
import { checkRule } from './checks/rule.ts';
import { CONNECTIONS, kindOf, RULES } from './kinds.ts';
import { STAGE_NAME } from './layers.ts';
import { nearest } from './nearest.ts';
import type { Checked } from './problem.ts';
import type { Project, RuleFile } from './project.ts';
import { type ResolvedFile, resolveFile } from './resolve-file.ts';
import type { Connections, ExportRule, Rule, RuleBundle, RuleKind, RuleOf, SinkRule } from './schema.ts';
import type { MapNode } from './tree.ts';

/** A rule on one stage that holds by itself; only what concerns several rules is still open. */
export interface ResolvedRule<R extends Rule = Rule> {
  readonly file: string;
  readonly rule: R;
  /** What the function is deployed with: the rule, and the connections that it names. */
  readonly bundle: RuleBundle<R>;
  /** The merged file: where each value came from. */
  readonly tree: MapNode;
}

/**
 * The rule of that name as a stage sees it, its query parsed and its connections found.
 * Throws SluiceError (`UnknownRule`, `UnknownStage`, `InvalidRule`, `InvalidConnections`, `MissingVariable`, …) for the first thing that is wrong; `validateProject` tells all of them.
 */
export function resolveRule(project: Project, name: string, stage: string): ResolvedRule {
  requireStage(stage);
  const file = findRule(project, name);
  const connections = resolveConnections(project, stage);
  if (!connections.ok) throw connections.problems[0];
  const resolved = resolveRuleFile(file, project, connections.value, stage);
  if (!resolved.ok) throw resolved.problems[0];
  return resolved.value;
}

/** The same for what only an export can do. Throws SluiceError (`WrongKind`) too. */
export function resolveExport(project: Project, name: string, stage: string): ResolvedRule<ExportRule> {
  return ofKind(resolveRule(project, name, stage), ['export'], 'an export');
}

/** The same for what only a sink can do. Throws SluiceError (`WrongKind`) too. */
export function resolveSink(project: Project, name: string, stage: string): ResolvedRule<SinkRule> {
  return ofKind(resolveRule(project, name, stage), ['postgres-sink', 'tdengine-sink'], 'a sink');
}

function ofKind<K extends RuleKind>(
  resolved: ResolvedRule,
  kinds: readonly K[],
  wanted: string,
): ResolvedRule<RuleOf<K>> {
  const { rule, file } = resolved;
  if (isOf(resolved, kinds)) return resolved;
  throw new SluiceError('WrongKind', `${rule.name} is of kind ${rule.kind}: this is for ${wanted}`, {
    stage: 'rule',
    context: { rule: rule.name, file },
    fix: 'sluice list shows the kind of each rule.',
  });
}

function isOf<K extends RuleKind>(resolved: ResolvedRule, kinds: readonly K[]): resolved is ResolvedRule<RuleOf<K>> {
  return kinds.some((kind) => kind === resolved.rule.kind);
}

export function requireStage(stage: string): void {
  if (STAGE_NAME.test(stage)) return;
  throw new SluiceError('UnknownStage', `"${stage}" cannot name a stage`, {
    stage: 'rule',
    fix: 'Give lower-case letters, digits and hyphens, at most 20, a letter first.',
  });
}

function findRule(project: Project, name: string): RuleFile {
  const [found, second] = project.rules.filter((file) => file.name === name);
  if (found !== undefined && second === undefined) return found;
  if (found !== undefined && second !== undefined) {
    throw new SluiceError('DuplicateName', `two files name the rule ${name}: ${found.path} and ${second.path}`, {
      stage: 'rule',
      context: { rule: name, file: second.path, line: second.at.line, column: second.at.column },
      fix: 'Rename the one that was not deployed yet.',
    });
  }
  const names = project.rules.flatMap((file) => file.name ?? []);
  const near = nearest(name, names);
  throw (
    // A file that could not be read at all may be the very one that is asked for.
    project.broken[0] ??
    new SluiceError('UnknownRule', `there is no rule ${name}${near === undefined ? '' : `; did you mean ${near}?`}`, {
      stage: 'rule',
      context: { rule: name },
      fix: names.length === 0 ? 'Add one with sluice add.' : `There are: ${names.join(', ')}.`,
    })
  );
}

const NO_CONNECTIONS: ResolvedFile<Connections> = {
  value: { kafka: {}, postgres: {}, tdengine: {}, redis: {} },
  tree: {
    kind: 'map',
    entries: new Map(),
    at: { file: 'connections.yml', line: 1, column: 1, layer: undefined },
  },
};

export function resolveConnections(project: Project, stage: string): Checked<ResolvedFile<Connections>> {
  if (project.connections === undefined) return { ok: true, value: NO_CONNECTIONS };
  return resolveFile(project.connections.tree, CONNECTIONS, { stage, env: project.env });
}

/** A rule file by itself: merged and well-formed, its connections and its query not looked at. */
export function readRule(file: RuleFile, project: Project, stage: string): Checked<ResolvedFile<Rule>> {
  const kind = kindOf(file);
  if (kind instanceof SluiceError) return { ok: false, problems: [kind] };
  return resolveFile<z.ZodType<Rule>>(file.tree, RULES[kind], { stage, env: project.env }, file.name);
}

export function resolveRuleFile(
  file: RuleFile,
  project: Project,
  connections: ResolvedFile<Connections>,
  stage: string,
): Checked<ResolvedRule> {
  const read = readRule(file, project, stage);
  if (!read.ok) return read;
  const { value: rule, tree } = read.value;
  const problems = checkRule({ rule, tree, stage, connections });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { file: file.path, rule, tree, bundle: bundleOf(rule, connections.value, stage) } };
}
