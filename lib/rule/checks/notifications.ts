import type { SluiceError } from '../../failure/index.ts';
import { problem } from '../problem.ts';
import type { ResolvedRule } from '../resolve.ts';
import type { ExportRule } from '../schema.ts';
import { placeOf } from '../tree.ts';

/** Triggers that are a notification of the bucket itself, whoever it goes to. */
const NOTIFICATIONS: readonly string[] = ['s3', 'sqs', 'sns'];

type NotifiedRule = Pick<ResolvedRule<ExportRule>, 'rule' | 'file' | 'tree'>;

/** S3 refuses two notifications of one event type when their prefixes and their suffixes both overlap. */
export function notificationProblems(rules: readonly ResolvedRule[]): readonly SluiceError[] {
  const notified = rules.flatMap(({ rule, ...file }): NotifiedRule[] =>
    rule.kind === 'export' && NOTIFICATIONS.includes(rule.source.trigger) ? [{ ...file, rule }] : [],
  );
  return notified.flatMap((second, i) =>
    notified.slice(0, i).flatMap((first) => (overlap(first, second) ? [refused(first, second)] : [])),
  );
}

function overlap({ rule: { source: a } }: NotifiedRule, { rule: { source: b } }: NotifiedRule): boolean {
  const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
  return a.bucket === b.bucket && prefixes && suffixes;
}

function refused(first: NotifiedRule, second: NotifiedRule): SluiceError {
  const { name, source } = second.rule;
  const at = placeOf(second.tree, ['source', 'bucket']);
  const message = `S3 refuses two notifications for the same objects of ${source.bucket}: ${first.rule.name} (${first.file}) takes some of what ${name} takes`;
  const fix =
    'Write trigger: eventbridge under source of one of them, or give them prefixes or suffixes that cannot both match.';
  return problem('OverlappingNotifications', message, at, fix, name);
}
