import { SluiceError } from '../../failure/index.ts';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);
const DENIED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
  'MissingAuthenticationTokenException',
  'CredentialsProviderError',
]);

/** What DynamoDB or the way there answered, after the client's own retries. */
export function dynamoFailure(error: unknown, table: string): SluiceError {
  const fail = (code: string, message: string, fix: string, retryable: boolean) =>
    new SluiceError(code, message, { stage: 'ledger', fix, retryable, cause: error });
  const name = error instanceof Error ? error.name : '';
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  if (name === 'ResourceNotFoundException') {
    return fail(
      'LedgerMissing',
      `there is no DynamoDB table "${table}" in this region and account`,
      'Deploy the stage (serverless deploy --stage …): the table is part of its stack, also for what runs on this machine. On a stack that is deployed, look for a region other than the one of the function.',
      false,
    );
  }
  if (DENIED.has(name)) {
    return fail(
      'LedgerDenied',
      `the table "${table}" may not be read or written (${name})`,
      `Allow the role dynamodb:GetItem, UpdateItem and Query on the table and its indexes; without a role, look at the AWS credentials.`,
      false,
    );
  }
  if (THROTTLED.has(name)) {
    return fail(
      'LedgerThrottled',
      `DynamoDB holds back writes to the table "${table}" (${name})`,
      'It passes when fewer objects arrive at once; a new table doubles what it takes every half hour. If it stays, ask for a higher quota.',
      true,
    );
  }
  if (status === undefined || status >= 500) {
    const what = name === '' || name === 'Error' ? 'no answer' : name;
    return fail(
      'LedgerUnreachable',
      `DynamoDB (table "${table}") could not be reached: ${what}`,
      'In a VPC the function needs a gateway endpoint for DynamoDB or a NAT: sluice check RULE probes it.',
      true,
    );
  }
  return fail(
    'LedgerFailed',
    `DynamoDB refused a request to the table "${table}": ${name}`,
    'The cause below holds its answer. A table that was made by hand must have the key and the index of the deployed one.',
    false,
  );
}
