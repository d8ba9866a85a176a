import { SluiceError } from '../../failure/index.ts';
import { prepare } from '../../select/index.ts';
import { type ExportRule, inputFormat, outputFormat } from '../schema.ts';
import { refusedText } from './refused-text.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** A query that the select engine refuses, told at its line of the rule file. */
export function queryProblems(subject: RuleSubject<ExportRule>): readonly SluiceError[] {
  const { rule } = subject;
  try {
    const { key } = rule.kafka;
    const formats = { input: inputFormat(rule.source), output: outputFormat(rule.kafka) };
    // What the time is does not matter here, only that a query which asks for it may have it.
    prepare(rule.select, { ...formats, ...(key === undefined ? {} : { key }), now: () => 0 });
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.code === 'MissingKeyColumn') {
      return [
        wrongAt(subject, ['kafka', 'key'], error.message, error.fix ?? 'Name a column of the result.', error.code),
      ];
    }
    return [refusedText(subject, ['select'], 'select', error)];
  }
}
