import type { SluiceError } from '../../failure/index.ts';
import type { Step } from '../../message/options.ts';
import type { SinkRule } from '../schema.ts';
import type { Path } from '../tree.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

type Subject = RuleSubject<SinkRule>;

/** Patterns that are none, and options that do not go together. */
export function stepProblems(subject: Subject): readonly SluiceError[] {
  return subject.rule.steps.flatMap((step, i) => optionProblems(subject, step, i));
}

function optionProblems(subject: Subject, step: Step, i: number): SluiceError[] {
  if ('regex' in step) return patternProblems(subject, step.regex.pattern, ['steps', i, 'regex', 'pattern']);
  if (!('convert' in step)) return [];
  return Object.entries(step.convert).flatMap(([field, conversion]) => {
    if (typeof conversion === 'string') return [];
    const at = ['steps', i, 'convert', field];
    const { type, unit, format } = conversion;
    if (type !== 'timestamp' && (unit ?? format) !== undefined) {
      const key = unit === undefined ? 'format' : 'unit';
      return [wrongKey(subject, [...at, key], `${key} means nothing with type: ${type}`, 'Leave it out.')];
    }
    if (unit === undefined || format === undefined) return [];
    const fix = 'Keep unit for a number, format for text.';
    return [wrongAt(subject, [...at, 'format'], 'unit and format are two ways of one thing', fix)];
  });
}

function patternProblems(subject: Subject, pattern: string, at: Path): SluiceError[] {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: (?=[^/]*$)/, '') : 'no regular expression';
    const fix = "Mend the pattern. It is JavaScript's, with Unicode: a backslash stands only before what needs one.";
    return [wrongAt(subject, at, `regex.pattern: ${why}`, fix)];
  }
  if (/\(\?<[^=!]/.test(pattern)) return [];
  const fix = "Name what is wanted: '^/api/(?<service>[^/]+)'.";
  return [wrongAt(subject, at, 'regex.pattern has no named group, so that it would give no field', fix)];
}
