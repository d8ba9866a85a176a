import type { ResolvedRule } from '../resolve.ts';
import { nodeAt } from '../tree.ts';

/** What a rule says that only `sluice run` heeds, as sentences. Defaults are not told of: nobody counts on them. */
export function withoutEffect({ rule, tree }: Pick<ResolvedRule, 'rule' | 'tree'>): readonly string[] {
  if (rule.kind === 'export') return [];
  const { maxWaitMs, provisioned } = rule.source;
  const isWritten = (key: string): boolean => nodeAt(tree, ['source', key]) !== undefined;
  return [
    ...(isWritten('timeoutMs') ? ["source.timeoutMs has no effect once deployed: AWS's event pollers never end"] : []),
    ...(isWritten('maxWaitMs') && maxWaitMs < 1000
      ? [`source.maxWaitMs: ${maxWaitMs} has no effect once deployed: below 1000, AWS's own 500 ms stay`]
      : []),
    ...(isWritten('concurrency') && !provisioned
      ? ['source.concurrency has no effect once deployed without source.provisioned: true']
      : []),
  ];
}
