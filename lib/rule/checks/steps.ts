import type { SluiceError } from '../../failure/index.ts';
import type { Step } from '../../message/options.ts';
import { compileConvert } from '../../message/steps/convert.ts';
import { compileRegex } from '../../message/steps/regex.ts';
import type { SinkRule } from '../schema.ts';
import { refused } from './refused.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

type Subject = RuleSubject<SinkRule>;

/** Patterns that are none, and options that do not go together. */
export function stepProblems(subject: Subject): readonly SluiceError[] {
  return subject.rule.steps.flatMap((step, i) => optionProblems(subject, step, i));
}

function optionProblems(subject: Subject, step: Step, i: number): readonly SluiceError[] {
  if ('regex' in step) return refused(subject, ['steps', i, 'regex', 'pattern'], () => compileRegex(step.regex));
  if (!('convert' in step)) return [];
  return Object.entries(step.convert).flatMap(([field, conversion]) => {
    if (typeof conversion === 'string') return [];
    const at = ['steps', i, 'convert', field];
    const { type, unit, format } = conversion;
    if (type !== 'timestamp' && (unit ?? format) !== undefined) {
      const key = unit === undefined ? 'format' : 'unit';
      return [wrongKey(subject, [...at, key], `${key} means nothing with type: ${type}`, 'Leave it out.')];
    }
    if (unit === undefined) return refused(subject, [...at, 'format'], () => compileConvert({ [field]: conversion }));
    if (format === undefined) return [];
    const fix = 'Keep unit for a number, format for text.';
    return [wrongAt(subject, [...at, 'format'], 'unit and format are two ways of one thing', fix)];
  });
}
