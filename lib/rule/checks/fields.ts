import type { SluiceError } from '../../failure/index.ts';
import { LOG_PRESETS } from '../../format/options.ts';
import type { ExportRule } from '../schema.ts';
import { nodeAt } from '../tree.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

/** Values that are right by themselves and wrong together. */
export function fieldProblems(subject: RuleSubject<ExportRule>): readonly SluiceError[] {
  return [...sourceProblems(subject), ...kafkaProblems(subject)];
}

function sourceProblems(subject: RuleSubject<ExportRule>): SluiceError[] {
  const { format, compression, trigger, endpoint, logsOf, secret } = subject.rule.source;
  const found: SluiceError[] = [];
  if (format !== 'csv' && nodeAt(subject.tree, ['source', 'csv']) !== undefined) {
    found.push(
      wrongKey(
        subject,
        ['source', 'csv'],
        `source.csv means nothing with format: ${format}`,
        'Leave it out, or write format: csv.',
      ),
    );
  }
  if (format === 'parquet' && compression !== 'auto' && compression !== 'none') {
    const fix = 'Leave it out: the columns of a Parquet file are compressed inside, and are read so.';
    const message = `source.compression: ${compression} means nothing with format: parquet`;
    found.push(wrongAt(subject, ['source', 'compression'], message, fix));
  }
  if (logsOf !== undefined && !(LOG_PRESETS as readonly string[]).includes(format)) {
    const fix = `Leave it out, or write one of these formats: ${LOG_PRESETS.join(', ')}.`;
    found.push(wrongKey(subject, ['source', 'logsOf'], `source.logsOf means nothing with format: ${format}`, fix));
  }
  if (endpoint !== undefined && trigger !== 'cos' && trigger !== 'none') {
    const fix = 'Write trigger: cos for Tencent COS, or trigger: none and send the events yourself.';
    found.push(
      wrongAt(
        subject,
        ['source', 'trigger'],
        `trigger: ${trigger} is AWS's, and source.endpoint is a store elsewhere`,
        fix,
      ),
    );
  }
  if (trigger === 'cos' && endpoint === undefined) {
    const fix = 'Add source.endpoint: https://cos.<region>.myqcloud.com';
    found.push(wrongAt(subject, ['source', 'trigger'], 'trigger: cos needs source.endpoint', fix));
  }
  if (endpoint !== undefined && secret === undefined) {
    const fix = 'Add source.secret: a secret that holds {accessKeyId, secretAccessKey}.';
    found.push(wrongAt(subject, ['source', 'endpoint'], 'a store elsewhere needs source.secret', fix));
  }
  return found;
}

function kafkaProblems(subject: RuleSubject<ExportRule>): SluiceError[] {
  const { kafka, onError } = subject.rule;
  const found: SluiceError[] = [];
  if (kafka.value !== 'csv' && nodeAt(subject.tree, ['kafka', 'csv']) !== undefined) {
    found.push(
      wrongKey(
        subject,
        ['kafka', 'csv'],
        `kafka.csv means nothing with value: ${kafka.value}`,
        'Leave it out, or write value: csv.',
      ),
    );
  }
  if (onError.kind === 'deadLetter' && onError.to.kind === 'topic' && onError.to.topic === kafka.topic) {
    const fix = 'Name another topic: readers of this one expect rows.';
    found.push(
      wrongAt(subject, ['onError', 'deadLetter', 'topic'], "the dead letters' topic is the records' own", fix),
    );
  }
  return found;
}
