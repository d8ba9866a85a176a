import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFailure, IMPATIENT } from './failure.ts';

export async function bucketNames(
  client: Pick<S3Client, 'send'> = new S3Client(IMPATIENT),
): Promise<readonly string[]> {
  try {
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    return Buckets.flatMap(({ Name }) => Name ?? []);
  } catch (error) {
    throw awsFailure(error, 'list the buckets', 's3:ListAllMyBuckets');
  }
}
