import type { SluiceError } from '../../failure/index.ts';
import { problem } from '../problem.ts';
import type { ResolvedFile } from '../resolve-file.ts';
import type { Connections, Rule } from '../schema.ts';
import { keyPlace, type MapNode, type Path, placeOf } from '../tree.ts';

/** A rule whose every value is well-formed, on one stage. */
export interface RuleSubject<R extends Rule = Rule> {
  readonly rule: R;
  readonly tree: MapNode;
  readonly stage: string;
  readonly connections: ResolvedFile<Connections>;
}

export type RuleCheck<R extends Rule> = (subject: RuleSubject<R>) => readonly SluiceError[];

/** An error at a value of the rule. */
export function wrongAt(
  { tree, rule }: RuleSubject,
  path: Path,
  message: string,
  fix: string,
  code = 'InvalidRule',
): SluiceError {
  return problem(code, message, placeOf(tree, path), fix, rule.name);
}

/** An error at a key of the rule, for a key that should not be there. */
export function wrongKey({ tree, rule }: RuleSubject, path: Path, message: string, fix: string): SluiceError {
  const at = keyPlace(tree, path.slice(0, -1), String(path.at(-1)));
  return problem('InvalidRule', message, at, fix, rule.name);
}
