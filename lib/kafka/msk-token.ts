import { SluiceError } from '../failure/index.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A token that signs in at MSK with IAM, for 15 minutes. Default credentials: the process's own. */
export async function mskToken(region: string, credentials?: () => Promise<AwsCredentials>): Promise<string> {
  // It brings a good part of the AWS SDK: only those who sign in with IAM shall load it.
  const { generateAuthToken, generateAuthTokenFromCredentialsProvider } = await import('aws-msk-iam-sasl-signer-js');
  try {
    const { token } =
      credentials === undefined
        ? await generateAuthToken({ region })
        : await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider: credentials });
    return token;
  } catch (error) {
    throw new SluiceError('MissingCredentials', 'no AWS credentials to sign in at Kafka with (oauthbearer)', {
      stage: 'kafka',
      fix: "Sign in (aws sso login, or AWS_PROFILE); a function uses its own role's.",
      cause: error,
    });
  }
}
