import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFailure, IMPATIENT } from './failure.ts';
import type { Stacks } from './ports.ts';
import { functionsOf, type TemplateFunction } from './template.ts';

/** The name under which Serverless gives out the bucket that it puts packages into. */
const PACKAGES = 'ServerlessDeploymentBucketName';

export function cloudFormationStacks(
  client: Pick<CloudFormationClient, 'send'> = new CloudFormationClient(IMPATIENT),
  s3: Pick<S3Client, 'send'> = new S3Client({ ...IMPATIENT, forcePathStyle: true }),
): Stacks {
  return {
    async describe(name) {
      try {
        const { Stacks: found } = await client.send(new DescribeStacksCommand({ StackName: name }));
        const stack = found?.[0];
        if (stack?.StackStatus === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
        const { TemplateBody = '{}' } = await client.send(
          new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
        );
        const functions = await Promise.all(
          functionsOf(JSON.parse(TemplateBody)).map(async (each) => {
            const codeSha256 = await packageHash(s3, stack, each);
            return [each.name, codeSha256 === undefined ? each.config : { ...each.config, codeSha256 }] as const;
          }),
        );
        return { name, status: stack.StackStatus, functions: new Map(functions) };
      } catch (error) {
        // CloudFormation has no error of its own for this.
        if (error instanceof Error && /does not exist/i.test(error.message)) return undefined;
        throw awsFailure(error, `read the stack ${name}`, 'cloudformation:DescribeStacks and GetTemplate');
      }
    },
  };
}

/** What Serverless noted at a package when it put it there; Lambda hashes code in the same way. Not known where it may not be asked. */
async function packageHash(
  s3: Pick<S3Client, 'send'>,
  { Outputs = [] }: Stack,
  { code }: TemplateFunction,
): Promise<string | undefined> {
  const bucket = code.bucket ?? Outputs.find(({ OutputKey }) => OutputKey === PACKAGES)?.OutputValue;
  if (bucket === undefined || code.key === undefined) return undefined;
  try {
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: code.key }));
    return Metadata?.['filesha256'];
  } catch {
    return undefined;
  }
}
