import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { SetupPorts } from '../../export/check/setup.ts';
import type { ExportRule } from '../../rule/schema.ts';
import type { SecretStore } from '../../secret/index.ts';
import { awsFailure, IMPATIENT } from './failure.ts';

export type Setup = Omit<SetupPorts, 'clock' | 'functionArn'>;

/** How the buckets, log groups and the account of a rule are set up, as AWS (or the rule's own store) tells. */
export async function setupOf(source: ExportRule['source'], secrets: SecretStore): Promise<Setup> {
  const s3 = new S3Client(await storeOptions(source, secrets));
  return {
    async notifications(bucket) {
      try {
        const { $metadata: _, ...found } = await s3.send(
          new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
        );
        return found;
      } catch (error) {
        throw awsFailure(error, `read the notifications of ${bucket}`, 's3:GetBucketNotification');
      }
    },
    async logging(bucket) {
      try {
        return (await s3.send(new GetBucketLoggingCommand({ Bucket: bucket }))).LoggingEnabled;
      } catch (error) {
        throw awsFailure(error, `read the logging of ${bucket}`, 's3:GetBucketLogging');
      }
    },
    async logGroupExists(name) {
      try {
        const { logGroups = [] } = await new CloudWatchLogsClient(IMPATIENT).send(
          new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
        );
        return logGroups.some(({ logGroupName }) => logGroupName === name);
      } catch (error) {
        throw awsFailure(error, `look for the log group ${name}`, 'logs:DescribeLogGroups');
      }
    },
    async unreservedInstances() {
      try {
        const { AccountLimit } = await new LambdaClient(IMPATIENT).send(new GetAccountSettingsCommand({}));
        return AccountLimit?.UnreservedConcurrentExecutions ?? 0;
      } catch (error) {
        throw awsFailure(error, 'ask Lambda what the account can reserve', 'lambda:GetAccountSettings');
      }
    },
  };
}

async function storeOptions(source: ExportRule['source'], secrets: SecretStore): Promise<S3ClientConfig> {
  const { endpoint, region, forcePathStyle, secret } = source;
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env;
  const local = endpoint === undefined && (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined;
  return {
    ...IMPATIENT,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    // An AWS of one's own machine has no name for each bucket.
    forcePathStyle: forcePathStyle || local,
    ...(secret === undefined ? {} : { credentials: await secrets.fields(secret, ['accessKeyId', 'secretAccessKey']) }),
  };
}
