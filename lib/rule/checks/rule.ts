import type { SluiceError } from '../../failure/index.ts';
import { connectionProblems } from './connections.ts';
import { fieldProblems } from './fields.ts';
import { queryProblems } from './query.ts';
import { rateProblems } from './rate.ts';
import type { RuleCheck, RuleSubject } from './subject.ts';

const CHECKS: readonly RuleCheck[] = [fieldProblems, connectionProblems, rateProblems, queryProblems];

/** What is wrong with a rule although each value by itself is right. */
export function checkRule(subject: RuleSubject): readonly SluiceError[] {
  return CHECKS.flatMap((check) => check(subject));
}
