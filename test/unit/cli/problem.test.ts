import pc from 'picocolors';
import { Exit, exitCodeOf, refused, usage } from '../../../lib/cli/exit.ts';
import { place, problemDocument, problemLines } from '../../../lib/cli/problem.ts';
import { SluiceError, type Stage } from '../../../lib/failure/index.ts';

const plain = pc.createColors(false);
const failure = (code: string, stage: Stage, more: object = {}) =>
  new SluiceError(code, 'it broke', { stage, ...more });

test.each([
  [usage('no', 'do'), Exit.USAGE],
  [refused('no', 'do'), Exit.REFUSED],
  [failure('InvalidRule', 'rule'), Exit.USAGE],
  [failure('AccessDenied', 'object'), Exit.REFUSED],
  [failure('InvalidCredentials', 'cli'), Exit.REFUSED],
  [failure('MissingCredentials', 'secret'), Exit.REFUSED],
  [failure('StoreUnavailable', 'object', { retryable: true }), Exit.UNREACHABLE],
  [failure('BrokerUnreachable', 'kafka'), Exit.UNREACHABLE],
  [failure('MissingObject', 'object'), Exit.UNWELL],
  [failure('ParseError', 'select'), Exit.USAGE],
  [failure('MissingHeaderName', 'select', { context: { bucket: 'b' } }), Exit.UNWELL],
  [new TypeError('x'), Exit.UNWELL],
])('exit code of %s is %d', (error, code) => expect(exitCodeOf(error)).toBe(code));

test.each([
  [{ file: 'rules/a.yml', line: 3, column: 7 }, 'rules/a.yml:3:7'],
  [{ file: 'rules/a.yml' }, 'rules/a.yml'],
  [{ bucket: 'b', key: 'k', versionId: 'v', offset: 9 }, 's3://b/k (version v), byte 9'],
  [{ bucket: 'b' }, 's3://b'],
  [{ topic: 't', partition: 0 }, 'topic t-0'],
  [{ offset: 0 }, 'byte 0'],
  [{}, undefined],
])('the place %j', (context, text) => expect(place(context)).toBe(text));

test('an error tells what, where and what to do, and no stack', () => {
  const error = failure('InvalidRule', 'rule', { context: { file: 'rules/a.yml', line: 3 }, fix: 'Write it.' });
  expect(problemLines(error, plain, false)).toEqual(['error: it broke', '  at rules/a.yml:3', '  fix: Write it.']);
  expect(problemLines(error, plain, true).at(-1)).toContain('problem.test.ts');
});

test('a fault of our own asks to be reported, and shows its stack only when asked to', () => {
  expect(problemLines(new TypeError('x of undefined'), plain, false)).toEqual([
    'error: TypeError: x of undefined',
    expect.stringContaining('--debug'),
  ]);
  expect(problemLines(new TypeError('x'), plain, true)[1]).toContain('problem.test.ts');
});

test('for scripts it is a document with the exit code', () => {
  const error = failure('AccessDenied', 'object', { fix: 'Ask.', context: { bucket: 'b' } });
  expect(problemDocument(error)).toEqual({
    error: {
      code: 'AccessDenied',
      stage: 'object',
      message: 'it broke',
      context: { bucket: 'b' },
      fix: 'Ask.',
      retryable: false,
      exitCode: 3,
    },
  });
  expect(problemDocument('odd')).toEqual({ error: { code: 'Unexpected', message: 'odd', exitCode: 1 } });
});
