import { readFile } from 'node:fs/promises';
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SluiceError } from '../failure/index.ts';

export interface SecretSources {
  readonly client?: { send(command: GetSecretValueCommand): Promise<GetSecretValueCommandOutput> };
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly read?: (path: string) => Promise<string>;
}

/** Fetches a secret's text by its name. Throws SluiceError, which names the secret and never its content. */
export function fetchSecret(sources: SecretSources = {}): (name: string) => Promise<string> {
  const { env = process.env, read = (path) => readFile(path, 'utf8') } = sources;
  let client = sources.client;
  return async (name) => {
    if (name.startsWith('env:')) return fromEnvironment(name, env);
    if (name.startsWith('file:')) return fromFile(name, read);
    client ??= new SecretsManagerClient({});
    try {
      return contentOf(await client.send(new GetSecretValueCommand({ SecretId: name })));
    } catch (error) {
      throw secretsManagerFailure(name, error);
    }
  };
}

function fromEnvironment(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const variable = name.slice('env:'.length);
  const value = env[variable];
  if (value !== undefined && value !== '') return value;
  throw new SluiceError('MissingSecret', `the environment has no ${variable} (secret "${name}")`, {
    stage: 'secret',
    fix: `Set it: export ${variable}='{"username": "…", "password": "…"}'`,
  });
}

async function fromFile(name: string, read: (path: string) => Promise<string>): Promise<string> {
  const path = name.slice('file:'.length);
  try {
    return await read(path);
  } catch (error) {
    const denied = codeOf(error) === 'EACCES';
    throw new SluiceError(
      denied ? 'SecretDenied' : 'MissingSecret',
      `the file ${path} cannot be read (secret "${name}", ${codeOf(error)})`,
      {
        stage: 'secret',
        fix: denied
          ? 'Give this user the right to read it.'
          : 'Create it, or correct the path; a relative path begins where the process was started.',
        cause: error,
      },
    );
  }
}

function contentOf({ SecretString, SecretBinary }: GetSecretValueCommandOutput): string {
  return SecretString ?? Buffer.from(SecretBinary ?? []).toString('utf8');
}

/** By the names of Secrets Manager's errors. */
function secretsManagerFailure(name: string, error: unknown): SluiceError {
  const fail = (code: string, message: string, fix: string, retryable = false) =>
    new SluiceError(code, message, { stage: 'secret', fix, retryable, cause: error });
  const kind = error instanceof Error ? error.name : '';
  switch (kind) {
    case 'ResourceNotFoundException':
      return fail(
        'MissingSecret',
        `Secrets Manager has no secret "${name}" in this region and account`,
        `Create it: aws secretsmanager create-secret --name ${name} --secret-string file://secret.json`,
      );
    case 'InvalidRequestException':
      return fail(
        'MissingSecret',
        `the secret "${name}" is marked for deletion`,
        `Keep it: aws secretsmanager restore-secret --secret-id ${name}`,
      );
    case 'InvalidParameterException':
    case 'ValidationException':
      return fail(
        'MissingSecret',
        `"${name}" is no name of a secret`,
        'Use its name or its ARN, env:NAME or file:path.',
      );
    case 'AccessDeniedException':
    case 'DecryptionFailure':
      return fail(
        'SecretDenied',
        `the secret "${name}" may not be read`,
        `Allow secretsmanager:GetSecretValue on it to the function's role, and kms:Decrypt on its key where that is not the default one.`,
      );
    case 'CredentialsProviderError':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'ExpiredTokenException':
      return fail(
        'MissingCredentials',
        `AWS was asked for the secret "${name}" without valid credentials`,
        'Sign in (aws sso login, or AWS_PROFILE), or name the secret as env:NAME or file:path for this stage.',
      );
    default:
      return fail(
        'SecretsUnavailable',
        `Secrets Manager did not give the secret "${name}" (${kind === 'Error' ? codeOf(error) : kind})`,
        'A function in a VPC reaches Secrets Manager only through a NAT gateway or an interface endpoint (com.amazonaws.<region>.secretsmanager).',
        true,
      );
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'no code';
}
