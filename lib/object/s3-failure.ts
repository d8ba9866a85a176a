import { type Coordinates, SluiceError } from '../failure/index.ts';

/** What is known of a failed request, whichever way the SDK, Node or the store told it. */
interface Answer {
  /** The store's error code, or the SDK's name for what went wrong below it. */
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Where the bucket lives, when the store said so. */
  readonly region: string | undefined;
  readonly deleteMarker: boolean;
}

export interface Attempt {
  /** The permission it takes, as IAM names it. */
  readonly action: 's3:GetObject' | 's3:ListBucket';
  readonly context: Coordinates;
  /** The region that was asked. */
  readonly region: string;
}

/** Why a request to an S3-compatible store failed. A SluiceError stays what it is. */
export function s3Failure(error: unknown, attempt: Attempt): SluiceError {
  if (error instanceof SluiceError) return error.at(attempt.context);
  const answer = answerOf(error);
  const make = (code: string, message: string, fix: string, retryable = false) =>
    new SluiceError(code, message, { stage: 'object', context: attempt.context, fix, retryable, cause: error });
  const { bucket, key, versionId } = attempt.context;
  const place =
    key === undefined
      ? `bucket ${bucket}`
      : `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`;

  if (error instanceof TypeError || answer.message === 'Region is missing') {
    return make(
      'BadEndpoint',
      `the store cannot be asked: ${answer.message}`,
      'Set `source.region` (or AWS_REGION), and `source.endpoint` as a whole URL if the store is not AWS.',
    );
  }
  if (isWrongRegion(answer, attempt.region)) {
    return make(
      'WrongRegion',
      answer.region === undefined
        ? `bucket ${bucket} is not in region ${attempt.region}`
        : `bucket ${bucket} is in region ${answer.region}, not in ${attempt.region}`,
      answer.region === undefined
        ? 'Set `source.region` to the region of the bucket.'
        : `Set \`source.region: ${answer.region}\`, or deploy the rule to ${answer.region}.`,
    );
  }
  if (answer.name === 'NoSuchBucket') {
    return make(
      'MissingBucket',
      `there is no bucket ${bucket}`,
      'Check `source.bucket` for a typo, and that the credentials belong to the account (or endpoint) that has the bucket.',
    );
  }
  if (answer.status === 412 || answer.name === 'PreconditionFailed') {
    return make(
      'ObjectChanged',
      `${place} was overwritten while it was read`,
      'Nothing needs to be done when the bucket sends an event for the new object; else export it again with `sluice trigger`.',
    );
  }
  if (answer.name === 'InvalidObjectState' || answer.name === 'InvalidTargetStorageClass') {
    return make(
      'ObjectArchived',
      `${place} is in an archive storage class and cannot be read`,
      'Restore it first (`aws s3api restore-object`), wait until the copy is there, then export it with `sluice trigger`.',
    );
  }
  if (
    answer.status === 404 ||
    ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(answer.name) ||
    answer.deleteMarker
  ) {
    return make(
      'MissingObject',
      `there is no ${place}${answer.deleteMarker ? ': it was deleted' : ''}`,
      'It was deleted or overwritten after the event, or the key has a typo: look with `aws s3api list-object-versions`. An expired object needs no action.',
    );
  }
  if (
    /kms/i.test(answer.name) ||
    (answer.status !== undefined && answer.status < 500 && /\bkms\b/i.test(answer.message))
  ) {
    return make(
      'KeyDenied',
      `${place} is encrypted with a KMS key that may not be used`,
      'Give the function `kms:Decrypt` on the bucket’s key, in its role and in the key’s policy, and see that the key is enabled.',
    );
  }
  if (
    [
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'InvalidToken',
      'CredentialsProviderError',
      'RequestTimeTooSkewed',
    ].includes(answer.name)
  ) {
    return make(
      'BadCredentials',
      `the store refuses the credentials (${answer.name})`,
      answer.name === 'RequestTimeTooSkewed'
        ? 'Set this machine’s clock.'
        : 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or AWS_PROFILE; sign in again when they have expired.',
    );
  }
  if (answer.status === 403 || answer.status === 401 || answer.name === 'AccessDenied') {
    return key === undefined
      ? make(
          'AccessDenied',
          `${attempt.action} on bucket ${bucket} is denied`,
          `Give the role \`${attempt.action}\` on arn:aws:s3:::${bucket}, and see that the bucket’s policy does not deny it.`,
        )
      : make(
          'AccessDenied',
          `${place} may not be read, or does not exist: without s3:ListBucket the store does not say which`,
          `If the object exists, give the role \`s3:GetObject\` (and \`s3:GetObjectVersion\`) on arn:aws:s3:::${bucket}/*. Give it \`s3:ListBucket\` on arn:aws:s3:::${bucket} so that a missing object is told apart.`,
        );
  }
  if (
    answer.status === undefined ||
    answer.status >= 500 ||
    answer.status === 408 ||
    answer.status === 429 ||
    answer.name === 'SlowDown'
  ) {
    return make(
      'StoreUnavailable',
      `the store did not answer for ${place}: ${answer.status ?? answer.name} ${answer.status === undefined ? answer.message : answer.name}`.trim(),
      answer.status === undefined
        ? 'It will be tried again. If it stays: check the endpoint, and in a VPC the S3 gateway endpoint or NAT of the function’s subnets.'
        : 'It will be tried again. If it stays, look at the store’s status page and at its request rate.',
      true,
    );
  }
  return make(
    'StoreRefused',
    `the store refuses the request for ${place}: ${answer.status} ${answer.name}`,
    'Check `source.endpoint`, path style and region against the store’s documentation.',
  );
}

function isWrongRegion(answer: Answer, asked: string): boolean {
  if (
    [
      'PermanentRedirect',
      'AuthorizationHeaderMalformed',
      'IllegalLocationConstraintException',
      'TemporaryRedirect',
    ].includes(answer.name)
  )
    return true;
  return (
    answer.status !== undefined &&
    [301, 307, 400].includes(answer.status) &&
    answer.region !== undefined &&
    answer.region !== asked
  );
}

function answerOf(error: unknown): Answer {
  const name = text(field(error, 'code')) ?? text(field(error, 'Code')) ?? text(field(error, 'name')) ?? 'UnknownError';
  const headers = field(field(error, '$response'), 'headers');
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  return {
    // Errors below HTTP (ECONNRESET, ENOTFOUND) say more by their code, the store's by their name.
    name: typeof status === 'number' ? (text(field(error, 'name')) ?? name) : name,
    message: error instanceof Error ? error.message : '',
    status: typeof status === 'number' ? status : undefined,
    region: text(field(headers, 'x-amz-bucket-region')) ?? text(field(error, 'Region')),
    deleteMarker: field(headers, 'x-amz-delete-marker') === 'true',
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
