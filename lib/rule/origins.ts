import { RULES } from './kinds.ts';
import type { ResolvedRule } from './resolve.ts';
import { type Shape, variants } from './shape.ts';
import { leaves, nodeAt, type Path, type Plain, pathText, plain } from './tree.ts';

/** A value of a merged rule, as its user would write it, and where it came from. */
export interface Origin {
  /** `kafka.topic`, `vpc.subnetIds[0]`. */
  readonly path: string;
  readonly value: unknown;
  /** `base`: outside `stages:`. `default`: written nowhere. */
  readonly from: 'base' | 'stage' | 'default';
  readonly file?: string;
  readonly line?: number;
  /** The variables that were put into it: `stage`, `env:NAME`. */
  readonly variables: readonly string[];
}

/** Every value of a rule on its stage: what was written, in the order of the file, and then the defaults. */
export function originsOf({ rule, tree }: Pick<ResolvedRule, 'rule' | 'tree'>): readonly Origin[] {
  const written = [...leaves(tree)].map(({ path, node }): Origin => {
    const { file, line, layer } = node.at;
    const variables = node.kind === 'scalar' ? node.variables : [];
    return {
      path: pathText(path),
      value: plain(node),
      from: layer === undefined ? 'base' : 'stage',
      file,
      line,
      variables,
    };
  });
  const filled = [...defaults(RULES[rule.kind].shape)].flatMap(([path, value]): Origin[] =>
    nodeAt(tree, path) === undefined && isWithin(tree, path)
      ? [{ path: pathText(path), value, from: 'default', variables: [] }]
      : [],
  );
  return [...written, ...filled];
}

/** Options of CSV that nothing is written in would only bury what matters. */
function isWithin(tree: ResolvedRule['tree'], path: Path): boolean {
  const parent = path.slice(0, -1);
  if (parent.at(-1) !== 'csv') return true;
  const decides: Plain | undefined = plain(
    nodeAt(tree, parent[0] === 'source' ? ['source', 'format'] : ['kafka', 'value']) ?? tree,
  );
  return decides === 'csv';
}

function* defaults(shape: Shape, path: Path = []): Generator<readonly [Path, unknown]> {
  for (const [name, inner] of Object.entries(shape.properties ?? {})) {
    const here = [...path, name];
    const nested = variants(inner).find((each) => each.properties !== undefined);
    // What stands in an optional block has its default only where the block is written.
    if (nested !== undefined && (inner.default !== undefined || shape.required?.includes(name)))
      yield* defaults(nested, here);
    else if (inner.default !== undefined) yield [here, inner.default];
  }
}
