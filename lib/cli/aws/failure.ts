import { SluiceError } from '../../failure/index.ts';

/** For clients that a person waits for: a server that is away is told of within seconds. */
export const IMPATIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

/** For a call that takes as long as a function runs; made again, it would run again. */
export const PATIENT = { maxAttempts: 1, requestHandler: { connectionTimeout: 3000 } };

const CREDENTIALS =
  /Credential|ExpiredToken|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature/;
const NETWORK = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError|NetworkingError)/;

/** What a call to AWS that failed says to the user. `what`: the call as words, such as `ask Lambda for errors-prod`. */
export function awsFailure(error: unknown, what: string, action: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const name = traitOf(error, 'code') ?? traitOf(error, 'name') ?? 'Error';
  const said = error instanceof Error ? error.message : String(error);
  const make = (code: string, why: string, fix: string, retryable = false) =>
    new SluiceError(code, `could not ${what}: ${why}`, { stage: 'cli', fix, retryable, cause: error });
  if (/region is missing/i.test(said)) {
    return make('Usage', 'no AWS region is set', 'Set AWS_REGION, or a region in the profile (aws configure).');
  }
  if (CREDENTIALS.test(name) || /could not load credentials/i.test(said)) {
    return make(
      'InvalidCredentials',
      `AWS takes no credentials from here (${name})`,
      'Sign in (aws sso login, or set AWS_PROFILE); for the local stack export what `npm run stack -- up` prints.',
    );
  }
  if (/AccessDenied|UnauthorizedOperation|Forbidden/.test(name)) {
    return make('AccessDenied', 'the right is missing', `Ask for ${action} for the credentials that you use.`);
  }
  if (/TooManyRequests|Throttl|ReservedFunctionConcurrent/.test(name)) {
    const fix = 'It passes; ask for fewer at once, or raise the limit that AWS sets.';
    return make('Throttled', `AWS holds back (${name})`, fix, true);
  }
  if (NETWORK.test(name)) {
    const endpoint = process.env['AWS_ENDPOINT_URL'];
    return make(
      'AwsUnavailable',
      `${endpoint ?? 'AWS'} does not answer (${name})`,
      endpoint === undefined
        ? 'Check the network and AWS_REGION.'
        : 'Start the local stack (npm run stack -- up), or unset AWS_ENDPOINT_URL.',
      true,
    );
  }
  return make('AwsFailed', said === '' ? name : `${name}: ${said}`, `Needed for this: ${action}.`);
}

export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return names.includes(traitOf(error, 'name') ?? '');
}

function traitOf(error: unknown, trait: 'code' | 'name'): string | undefined {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, trait) : undefined;
  return typeof value === 'string' ? value : undefined;
}
