import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzip } from '../support/zip.ts';

/** What `serverless package --stage prod` makes of the example, as AWS would get it. */
type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
const SECRET = 'hunter2-never-packaged';
let resources: Readonly<Record<string, Resource>>;
let files: ReadonlyMap<string, Buffer>;
let size: number;

beforeAll(() => {
  const serverless = join(process.cwd(), 'node_modules', '.bin', 'serverless');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_REGION: 'eu-west-1',
    KAFKA_SECRET: SECRET,
    SLUICE_SECRET: SECRET,
  };
  const ran = spawnSync(process.execPath, [serverless, 'package', '--stage', 'prod', '--package', folder], {
    env,
    encoding: 'utf8',
    timeout: 90_000,
    // After an error of the bundler Serverless hears nothing but this.
    killSignal: 'SIGKILL',
  });
  if (ran.status !== 0) throw new Error(`serverless package ended with ${ran.status}:\n${ran.stdout}\n${ran.stderr}`);
  const template = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  resources = (JSON.parse(template) as { Resources: Record<string, Resource> }).Resources;
  const archive = readFileSync(join(folder, 'errors-to-kafka.zip'));
  size = archive.length;
  files = unzip(archive);
}, 100_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const of = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const properties = (id: string) => resources[id]?.Properties ?? {};

test('no bucket is made but the one that the code is uploaded to', () => {
  expect(of('AWS::S3::Bucket').map(([id]) => id)).toEqual(['ServerlessDeploymentBucket']);
});

test("the bucket's notification is set beside its others", () => {
  expect(of('Custom::S3').map(([, { Properties }]) => Properties)).toMatchObject([
    {
      FunctionName: 'errors-to-kafka-prod',
      BucketName: 'my-logs',
      BucketConfigs: [{ Event: 's3:ObjectCreated:*', Rules: [{ Prefix: 'access/' }, { Suffix: '.csv.gz' }] }],
    },
  ]);
});

test('the function is what the rule says', () => {
  expect(properties('ErrorsDashtoDashkafkaLambdaFunction')).toMatchObject({
    FunctionName: 'errors-to-kafka-prod',
    Handler: 'functions/export.handler',
    Runtime: 'nodejs22.x',
    Timeout: 900,
    MemorySize: 1024,
    RecursiveLoop: 'Allow',
    VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    Role: { 'Fn::GetAtt': ['ErrorsDashtoDashkafkaRole', 'Arn'] },
    Environment: { Variables: { SLUICE_RULE: 'errors-to-kafka', SLUICE_STAGE: 'prod' } },
  });
  // The rate is shared through Redis: nothing is to be reserved for it.
  expect(properties('ErrorsDashtoDashkafkaLambdaFunction')).not.toHaveProperty('ReservedConcurrentExecutions');
  expect(properties('ErrorsDashtoDashkafkaLambdaFunction')).not.toHaveProperty('TracingConfig');
  expect(properties('ErrorsDashtoDashkafkaLogGroup')).toMatchObject({ RetentionInDays: 30 });
});

test('an event that fails is kept for 14 days', () => {
  expect(properties('ErrorsDashtoDashkafkaLambdaEvConf')).toMatchObject({
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['ErrorsDashtoDashkafkaFailedQueue', 'Arn'] } } },
  });
  expect(properties('ErrorsDashtoDashkafkaFailedQueue')).toMatchObject({
    QueueName: 'errors-to-kafka-prod-failed',
    MessageRetentionPeriod: 1_209_600,
  });
});

test('its role may do these things and no others', () => {
  const { Policies } = properties('ErrorsDashtoDashkafkaRole') as {
    Policies: { PolicyDocument: { Statement: { Action: string[]; Resource: unknown[] }[] } }[];
  };
  const rights = Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Action, Resource }) => [Action.join(' '), ends(Resource)]),
  );
  expect(rights).toEqual([
    ['logs:CreateLogStream logs:PutLogEvents', [':log-group:/aws/lambda/errors-to-kafka-prod:*']],
    ['lambda:InvokeFunction', [':function:errors-to-kafka-prod']],
    [
      'sqs:SendMessage sqs:GetQueueUrl sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility',
      [':errors-to-kafka-prod-failed'],
    ],
    ['s3:GetObject s3:GetObjectVersion', [':s3:::my-logs/access/*']],
    ['s3:ListBucket', [':s3:::my-logs']],
    [
      'secretsmanager:GetSecretValue',
      [':secret:AmazonMSK_sluice-??????', ':secret:sluice/kafka-ca-??????', ':secret:sluice/redis-??????'],
    ],
    ['dynamodb:GetItem dynamodb:UpdateItem', ['LedgerTable']],
    ['dynamodb:Query', ['stopped']],
    ['dynamodb:PutItem', ['LedgerTable']],
    [expect.stringMatching(/^ec2:CreateNetworkInterface( ec2:\w+)+$/), ['*']],
  ]);
  expect(properties('ErrorsDashtoDashkafkaRole')).not.toHaveProperty('ManagedPolicyArns');
  expect(resources).not.toHaveProperty('IamRoleLambdaExecution');
});

/** An arn without the partition, region and account before it; of a resource of the stack, its id. */
function ends(named: readonly unknown[]): unknown[] {
  return named.map((each) => {
    if (typeof each === 'string') return each;
    const { 'Fn::Join': joined, 'Fn::GetAtt': attribute } = each as Partial<Record<string, [string, unknown[]]>>;
    return joined === undefined ? attribute?.[0] : joined[1].at(-1);
  });
}

test('the package holds the code and the resolved rule, and nothing else', () => {
  expect([...files.keys()].sort()).toEqual([
    '.sluice/prod/errors-to-kafka.json',
    'functions/export.js',
    'functions/export.js.map',
  ]);
  const bundle: unknown = JSON.parse(files.get('.sluice/prod/errors-to-kafka.json')?.toString() ?? '');
  expect(bundle).toMatchObject({
    stage: 'prod',
    rule: { name: 'errors-to-kafka', source: { bucket: 'my-logs' }, rate: { bytes: 2_097_152 } },
    connections: { kafka: { main: { auth: { secret: 'AmazonMSK_sluice' } } }, postgres: {}, tdengine: {} },
  });
});

test('the package holds no secret, and is small enough to start fast', () => {
  for (const content of files.values()) expect(content.includes(SECRET)).toBe(false);
  expect(size).toBeGreaterThan(100_000);
  expect(size).toBeLessThan(4_000_000);
});
