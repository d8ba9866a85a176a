import type { SluiceError } from '../../failure/index.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** Lambda's limits on what a rule's name becomes, and on how long it may run. */
const FUNCTION_NAME = 64;
const LONGEST_SECONDS = { export: 15 * 60, sink: 14 * 60 };

export function functionProblems(subject: RuleSubject): readonly SluiceError[] {
  return [...nameProblems(subject), ...timeoutProblems(subject)];
}

function nameProblems(subject: RuleSubject): SluiceError[] {
  const { rule, stage } = subject;
  const name = `${rule.name}-${stage}`;
  if (name.length <= FUNCTION_NAME) return [];
  const fix = `Shorten it by ${name.length - FUNCTION_NAME}: a function's name has at most ${FUNCTION_NAME} characters.`;
  return [wrongAt(subject, ['name'], `the function's name would be ${name}, which has ${name.length} characters`, fix)];
}

function timeoutProblems(subject: RuleSubject): SluiceError[] {
  const { kind, function: settings } = subject.rule;
  const at = ['function', 'timeout'];
  if (kind === 'export') {
    if (settings.timeout <= LONGEST_SECONDS.export) return [];
    const fix = 'Write at most 15m: a larger object goes on in the next invocation.';
    return [wrongAt(subject, at, 'function.timeout is more than Lambda allows', fix)];
  }
  if (settings.timeout <= LONGEST_SECONDS.sink) return [];
  const fix = 'Write at most 14m: what is not written by then comes again.';
  return [wrongAt(subject, at, 'function.timeout is more than Lambda allows a function that Kafka feeds', fix)];
}
