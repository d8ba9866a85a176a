import { dynamoFailure } from '../../../../lib/ledger/dynamodb/failure.ts';

const answer = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('said by the service'), { name, ...(httpStatusCode && { $metadata: { httpStatusCode } }) });

test.each([
  ['ResourceNotFoundException', 400, 'LedgerMissing', false],
  ['AccessDeniedException', 400, 'LedgerDenied', false],
  ['CredentialsProviderError', undefined, 'LedgerDenied', false],
  ['ProvisionedThroughputExceededException', 400, 'LedgerThrottled', true],
  ['ThrottlingException', 400, 'LedgerThrottled', true],
  ['InternalServerError', 500, 'LedgerUnreachable', true],
  ['TimeoutError', undefined, 'LedgerUnreachable', true],
  ['Error', undefined, 'LedgerUnreachable', true],
  ['ValidationException', 400, 'LedgerFailed', false],
])('%s (HTTP %s) is %s', (name, status, code, retryable) => {
  const error = answer(name, status);
  const failure = dynamoFailure(error, 'sluice-prod');
  expect(failure).toMatchObject({ code, retryable, stage: 'ledger', cause: error });
  expect(failure.message).toContain('sluice-prod');
  expect(failure.fix).toMatch(/\.$/);
});

test('what is no error at all is told as well', () => {
  expect(dynamoFailure('broken', 't')).toMatchObject({ code: 'LedgerUnreachable' });
});
