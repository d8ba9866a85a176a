import type { SluiceError } from '../../failure/index.ts';
import type { RuleKind, RuleOf } from '../schema.ts';
import { connectionProblems } from './connections.ts';
import { expressionProblems } from './expressions.ts';
import { fieldUseProblems } from './field-uses.ts';
import { fieldProblems } from './fields.ts';
import { functionProblems } from './function.ts';
import { postgresProblems } from './postgres.ts';
import { queryProblems } from './query.ts';
import { rateProblems } from './rate.ts';
import { sourceProblems } from './source.ts';
import { stepProblems } from './steps.ts';
import type { RuleCheck, RuleSubject } from './subject.ts';
import { tdengineProblems } from './tdengine.ts';

const CHECKS: { readonly [K in RuleKind]: readonly RuleCheck<RuleOf<K>>[] } = {
  export: [functionProblems, fieldProblems, connectionProblems, rateProblems, queryProblems],
  'postgres-sink': [
    functionProblems,
    sourceProblems,
    connectionProblems,
    postgresProblems,
    stepProblems,
    expressionProblems,
    fieldUseProblems,
  ],
  'tdengine-sink': [
    functionProblems,
    sourceProblems,
    connectionProblems,
    tdengineProblems,
    stepProblems,
    expressionProblems,
    fieldUseProblems,
  ],
};

/** What is wrong with a rule although each value by itself is right. */
export function checkRule(subject: RuleSubject): readonly SluiceError[] {
  const { rule } = subject;
  switch (rule.kind) {
    case 'export':
      return CHECKS.export.flatMap((check) => check({ ...subject, rule }));
    case 'postgres-sink':
      return CHECKS['postgres-sink'].flatMap((check) => check({ ...subject, rule }));
    case 'tdengine-sink':
      return CHECKS['tdengine-sink'].flatMap((check) => check({ ...subject, rule }));
  }
}
