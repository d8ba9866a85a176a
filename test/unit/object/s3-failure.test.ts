import { SluiceError } from '../../../lib/failure/index.ts';
import { s3Failure } from '../../../lib/object/s3-failure.ts';

/** An error as the SDK makes it of a store's answer. */
const answer = (httpStatusCode: number, name: string, message = '', headers: Record<string, string> = {}) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, $response: { headers } });

const getting = { action: 's3:GetObject', context: { bucket: 'logs', key: 'a/b.csv' }, region: 'us-east-1' } as const;
const listing = { action: 's3:ListBucket', context: { bucket: 'logs' }, region: 'us-east-1' } as const;
const region = { 'x-amz-bucket-region': 'eu-central-1' };
const kms = 'User: arn:aws:sts::1:assumed-role/f is not authorized to perform: kms:Decrypt on the resource';

test.each([
  ['MissingObject', 's3://logs/a/b.csv', answer(404, 'NoSuchKey')],
  ['MissingObject', 's3://logs/a/b.csv', answer(404, 'NotFound')],
  ['MissingObject', 'it was deleted', answer(405, 'MethodNotAllowed', '', { 'x-amz-delete-marker': 'true' })],
  ['MissingObject', 's3://logs/a/b.csv', answer(404, 'NoSuchVersion')],
  ['MissingBucket', 'no bucket logs', answer(404, 'NoSuchBucket')],
  ['AccessDenied', 'or does not exist', answer(403, 'AccessDenied')],
  ['AccessDenied', 'or does not exist', answer(403, 'Forbidden')],
  ['KeyDenied', 'KMS key', answer(403, 'AccessDenied', kms)],
  ['KeyDenied', 'KMS key', answer(400, 'KMS.DisabledException')],
  ['WrongRegion', 'in region eu-central-1, not in us-east-1', answer(301, 'PermanentRedirect', '', region)],
  ['WrongRegion', 'in region eu-central-1, not in us-east-1', answer(400, 'UnknownError', '', region)],
  ['WrongRegion', 'eu-west-1', Object.assign(answer(400, 'AuthorizationHeaderMalformed'), { Region: 'eu-west-1' })],
  ['WrongRegion', 'not in region us-east-1', answer(301, 'PermanentRedirect')],
  ['ObjectArchived', 'archive storage class', answer(403, 'InvalidObjectState')],
  ['ObjectChanged', 'overwritten', answer(412, 'PreconditionFailed')],
  ['BadCredentials', 'InvalidAccessKeyId', answer(403, 'InvalidAccessKeyId')],
  ['BadCredentials', 'CredentialsProviderError', Object.assign(new Error('x'), { name: 'CredentialsProviderError' })],
  ['BadEndpoint', 'Region is missing', new Error('Region is missing')],
  ['BadEndpoint', 'Invalid URL', new TypeError('Invalid URL')],
  ['StoreRefused', '400 InvalidArgument', answer(400, 'InvalidArgument')],
])('%s: … %s …', (code, told, error) => {
  const failure = s3Failure(error, getting);
  expect(failure).toMatchObject({
    code,
    stage: 'object',
    retryable: false,
    context: getting.context,
    fix: expect.any(String),
  });
  expect(failure.message).toContain(told);
  expect(failure.cause).toBe(error);
});

test.each([
  ['503 SlowDown', answer(503, 'SlowDown')],
  ['500 InternalError', answer(500, 'InternalError')],
  ['429', answer(429, 'TooManyRequests')],
  ['ECONNREFUSED connect', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })],
  ['ECONNRESET aborted', Object.assign(new Error('aborted'), { code: 'ECONNRESET', $metadata: { attempts: 1 } })],
  ['TimeoutError', Object.assign(new Error('no answer within 3000 ms'), { name: 'TimeoutError' })],
])('%s is retryable', (told, error) => {
  const failure = s3Failure(error, getting);
  expect(failure).toMatchObject({ code: 'StoreUnavailable', retryable: true });
  expect(failure.message).toContain(told);
});

test('[bad input: bucket without permission × message] says which permission, and where', () => {
  expect(s3Failure(answer(403, 'AccessDenied'), listing)).toMatchObject({
    code: 'AccessDenied',
    message: 's3:ListBucket on bucket logs is denied',
    fix: expect.stringContaining('arn:aws:s3:::logs'),
  });
  expect(s3Failure(answer(403, 'AccessDenied'), getting)).toMatchObject({
    message: 's3://logs/a/b.csv may not be read, or does not exist: without s3:ListBucket the store does not say which',
    fix: expect.stringMatching(/s3:GetObject.*s3:ListBucket/),
  });
});

test('a version is named', () => {
  const context = { bucket: 'logs', key: 'k', versionId: 'v1' };
  expect(s3Failure(answer(404, 'NoSuchVersion'), { ...getting, context }).message).toContain(
    's3://logs/k (version v1)',
  );
});

test('what is already a SluiceError only learns where', () => {
  const error = new SluiceError('ObjectChanged', 'm', { stage: 'object', context: { offset: 5 } });
  expect(s3Failure(error, getting)).toMatchObject({
    code: 'ObjectChanged',
    context: { bucket: 'logs', key: 'a/b.csv', offset: 5 },
  });
});
