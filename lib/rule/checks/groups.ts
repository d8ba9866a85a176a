import type { SluiceError } from '../../failure/index.ts';
import { consumerGroup } from '../consumer-group.ts';
import { problem } from '../problem.ts';
import type { ResolvedRule } from '../resolve.ts';
import type { SinkRule } from '../schema.ts';
import { placeOf } from '../tree.ts';

/** Two readers in one consumer group would each get a part of the messages, and AWS refuses the second mapping. */
export function groupProblems(rules: readonly ResolvedRule[]): readonly SluiceError[] {
  const first = new Map<string, ResolvedRule>();
  return rules.flatMap((resolved) => {
    const { rule, bundle } = resolved;
    if (rule.kind === 'export') return [];
    const groups = new Set(rule.source.topics.map((topic) => consumerGroup(rule, bundle.stage, topic)));
    return [...groups].flatMap((group) => {
      const other = first.get(group);
      if (other === undefined) first.set(group, resolved);
      return other === undefined ? [] : [taken(resolved, rule, group, other)];
    });
  });
}

function taken({ tree }: ResolvedRule, { name }: SinkRule, group: string, other: ResolvedRule): SluiceError {
  const at = placeOf(tree, ['source', 'group']);
  const message = `the consumer group ${group} is taken by ${other.rule.name} (${other.file})`;
  return problem('DuplicateGroup', message, at, 'Give one of the two another source.group.', name);
}
