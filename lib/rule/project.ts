import { SluiceError } from '../failure/index.ts';
import { DEFAULT_STAGE, stagesIn } from './layers.ts';
import { readTree, type SourceFile } from './read.ts';
import type { MapNode, Place } from './tree.ts';
import type { Environment } from './variables.ts';

/** The files of a project, as they were read. */
export interface ProjectFiles {
  readonly rules: readonly SourceFile[];
  readonly connections?: SourceFile;
}

/** A rule file that is YAML; nothing more is known of it yet. */
export interface RuleFile {
  readonly path: string;
  readonly tree: MapNode;
  /** As written, where it is text at all. */
  readonly name: string | undefined;
  readonly kind: string | undefined;
  /** Where the name stands, else where the file begins. */
  readonly at: Place;
}

export interface Project {
  readonly rules: readonly RuleFile[];
  readonly connections: { readonly path: string; readonly tree: MapNode } | undefined;
  /** Files that are not YAML. */
  readonly broken: readonly SluiceError[];
  readonly env: Environment;
}

/** Parses a project's files. What is not YAML is kept as an error, so that one bad file hides nothing of the others. */
export function readProject(files: ProjectFiles, env: Environment): Project {
  const broken: SluiceError[] = [];
  const tree = (file: SourceFile): MapNode | undefined => {
    try {
      return readTree(file);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      broken.push(error);
      return undefined;
    }
  };
  const rules = files.rules.flatMap((file) => {
    const root = tree(file);
    return root === undefined ? [] : [ruleFile(file.path, root)];
  });
  const connections = files.connections === undefined ? undefined : tree(files.connections);
  return {
    rules,
    connections: connections && files.connections && { path: files.connections.path, tree: connections },
    broken,
    env,
  };
}

function ruleFile(path: string, tree: MapNode): RuleFile {
  const textAt = (key: string): string | undefined => {
    const node = tree.entries.get(key)?.node;
    return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  };
  const at = tree.entries.get('name')?.node.at ?? tree.at;
  return { path, tree, name: textAt('name'), kind: textAt('kind'), at };
}

/** Every stage that a file of the project names, and the default one. */
export function stagesOf(project: Project): readonly string[] {
  const trees = [...project.rules, ...(project.connections === undefined ? [] : [project.connections])];
  return [...new Set([DEFAULT_STAGE, ...trees.flatMap(({ tree }) => stagesIn(tree))])];
}

export interface ListedRule {
  readonly name: string;
  readonly kind: string | undefined;
  readonly file: string;
}

/** The rules by name, in the order of their files. A file without a name is not listed; `validateProject` tells of it. */
export function listRules(project: Project): readonly ListedRule[] {
  return project.rules.flatMap(({ name, kind, path }) => (name === undefined ? [] : [{ name, kind, file: path }]));
}
