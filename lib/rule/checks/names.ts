import type { SluiceError } from '../../failure/index.ts';
import { problem } from '../problem.ts';
import type { RuleFile } from '../project.ts';

/** CloudFormation's names tell `a` from `A` no better than some file systems do: rules differ by more than case. */
export function duplicateNames(rules: readonly RuleFile[]): readonly SluiceError[] {
  const first = new Map<string, RuleFile>();
  return rules.flatMap((file) => {
    if (file.name === undefined) return [];
    const key = file.name.toLowerCase();
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, file);
      return [];
    }
    const message = `the name ${file.name} is taken by ${other.path}:${other.at.line}`;
    return [
      problem('DuplicateName', message, file.at, 'Give the rule that was not deployed yet another name.', file.name),
    ];
  });
}
