import type { SluiceError } from '../../failure/index.ts';
import type { ExportRule } from '../schema.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** A rate that could not hold as it is written. */
export function rateProblems(subject: RuleSubject<ExportRule>): readonly SluiceError[] {
  const { rate } = subject.rule;
  if (rate === undefined) return [];
  const { records, bytes, burst, shared, instances } = rate;
  const found: SluiceError[] = [];
  if (records === undefined && bytes === undefined) {
    found.push(
      wrongAt(subject, ['rate'], 'the rate limits nothing', 'Add rate.records, rate.bytes or both, or leave rate out.'),
    );
  }
  if (shared === undefined && instances === undefined) {
    const why = 'AWS starts as many instances as there are objects, and nothing tells them of each other';
    const fix = 'Add rate.shared: a redis connection, or rate.instances: how many instances there may be.';
    found.push(wrongAt(subject, ['rate'], `the rate cannot hold: ${why}`, fix));
  }
  if (shared !== undefined && instances !== undefined) {
    const fix = 'Keep rate.shared, or keep rate.instances.';
    found.push(
      wrongAt(subject, ['rate', 'instances'], 'rate.shared and rate.instances are two ways of one thing', fix),
    );
  }
  if (burst !== undefined && (records === undefined || burst < records)) {
    const least = records === undefined ? 'rate.records, which is missing' : `rate.records (${records})`;
    const fix = 'A burst is at least one second of the rate: raise it, or leave it out.';
    found.push(wrongAt(subject, ['rate', 'burst'], `rate.burst is less than ${least}`, fix));
  }
  if (instances !== undefined && shared === undefined && records !== undefined && records < instances) {
    const fix = `Lower rate.instances to ${records} or less, or share the rate through a redis connection.`;
    found.push(
      wrongAt(
        subject,
        ['rate', 'instances'],
        `${records} records a second leave nothing for some of ${instances} instances`,
        fix,
      ),
    );
  }
  return found;
}
