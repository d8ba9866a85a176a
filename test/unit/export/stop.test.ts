import { stoppedError } from '../../../lib/export/stop.ts';
import { planOf } from '../../support/export-fakes.ts';
import { failure } from '../../support/rows.ts';

const ref = { bucket: 'logs', key: 'access/a.csv' };
const told = (code: string, fatal = false) => stoppedError(failure(10, { code, fatal }), planOf([]), ref);

test.each([
  ['FieldCountMismatch', 'format', 'csv.fieldCount: lenient'],
  ['CSVUnescapedQuote', 'format', 'csv.escape'],
  ['JSONParsingError', 'format', 'source.format'],
  ['LogParsingError', 'format', 'the preset of this log'],
  ['OverMaxRecordSize', 'format', 'smaller'],
  ['InvalidTextEncoding', 'format', 'iconv'],
  ['RecordTooLarge', 'kafka', 'max.message.bytes'],
  ['CastFailed', 'select', 'let the query allow for it'],
  ['DivideByZero', 'select', 'let the query allow for it'],
])('%s is of %s, and is mended in its own way', (code, stage, part) => {
  expect(told(code)).toMatchObject({
    code,
    stage,
    reason: 'record at byte 10 (10 bytes): no integer',
    fix: expect.stringContaining(part),
    retryable: false,
    context: { rule: 'errors', ...ref, offset: 10, length: 10 },
  });
});

test('another policy is offered only where it would help', () => {
  expect(told('JSONParsingError').fix).toContain('set `onError` to discard or deadLetter');
  expect(told('JSONParsingError', true).fix).not.toContain('onError');
  expect(told('JSONParsingError', true).fix).toContain('`sluice trigger errors --stage test`');
});

test('what a ledger keeps standing goes on only when it is resumed', () => {
  const { fix } = stoppedError(failure(10), planOf([]), ref, true);
  expect(fix).toContain("`sluice resume errors 'access/a.csv' --stage test`");
});
