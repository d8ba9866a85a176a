import { SluiceError } from '../../failure/index.ts';

export interface RdsLogin {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Default: the process's own. */
  readonly region?: string;
}

/** A password for RDS with IAM authentication, for 15 minutes. Signed here: nothing is asked of AWS but credentials. */
export async function rdsToken({ host, port, username, region }: RdsLogin): Promise<string> {
  // It brings the AWS SDK's credentials: only those who sign in with IAM shall load it.
  const { Signer } = await import('@aws-sdk/rds-signer');
  try {
    return await new Signer({ hostname: host, port, username, ...(region !== undefined && { region }) }).getAuthToken();
  } catch (error) {
    throw new SluiceError('MissingCredentials', 'no AWS credentials to sign in at PostgreSQL with (iam)', {
      stage: 'sink',
      fix: "Sign in (aws sso login, or AWS_PROFILE); a function uses its own role's, which needs rds-db:connect.",
      cause: error,
    });
  }
}
