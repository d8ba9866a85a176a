import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzip } from '../support/zip.ts';

/** What `serverless package --stage prod` makes of the examples, as AWS would get it. */
type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
const SECRET = 'hunter2-never-packaged';
const RULES = ['errors-to-kafka', 'errors-to-postgres', 'meters-to-tdengine'] as const;
let resources: Readonly<Record<string, Resource>>;
const archives = new Map<string, Buffer>();

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
  for (const rule of RULES) archives.set(rule, readFileSync(join(folder, `${rule}.zip`)));
}, 100_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const of = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const properties = (id: string) => resources[id]?.Properties ?? {};
const packed = (rule: string) => unzip(archives.get(rule) ?? Buffer.alloc(0));

/** The actions of each statement of a role, and what they are on. */
function rightsOf(role: string): unknown {
  const { Policies } = properties(role) as {
    Policies: { PolicyDocument: { Statement: { Action: string[]; Resource: unknown[] }[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Action, Resource }) => [Action.join(' '), ends(Resource)]),
  );
}

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
  expect(rightsOf('ErrorsDashtoDashkafkaRole')).toEqual([
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

test('a sink has a mapping for each topic, in a group of its own', () => {
  const mappings = of('AWS::Lambda::EventSourceMapping').filter(([, { Properties }]) => 'Topics' in Properties);
  const secret = (Type: string, name: string) => ({ Type, URI: { 'Fn::Join': ['', expect.arrayContaining([name])] } });
  const expected = (fn: string, topic: string, group: string) => ({
    FunctionName: { 'Fn::GetAtt': [fn, 'Arn'] },
    Topics: [topic],
    SelfManagedEventSource: {
      Endpoints: { KafkaBootstrapServers: ['b-1.example.com:9096', 'b-2.example.com:9096'] },
    },
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: group },
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 5000,
    SourceAccessConfigurations: [
      secret('SASL_SCRAM_512_AUTH', ':secret:AmazonMSK_sluice'),
      secret('SERVER_ROOT_CA_CERTIFICATE', ':secret:sluice/kafka-ca'),
    ],
  });
  // Neither retries, bisecting nor an on-failure destination: AWS tries for ever, and brings a batch whole.
  expect(mappings.map(([, { Properties }]) => Properties)).toEqual([
    expected('ErrorsDashtoDashpostgresLambdaFunction', 'errors', 'sluice.prod.errors-to-postgres.errors'),
    expected('MetersDashtoDashtdengineLambdaFunction', 'tp1', 'sluice.prod.meters-to-tdengine.tp1'),
    expected('MetersDashtoDashtdengineLambdaFunction', 'tp2', 'sluice.prod.meters-to-tdengine.tp2'),
  ]);
});

test.each([
  ['errors-to-postgres', 'ErrorsDashtoDashpostgres', 'functions/postgres-sink.handler'],
  ['meters-to-tdengine', 'MetersDashtoDashtdengine', 'functions/tdengine-sink.handler'],
])('the function of %s is what the rule says', (rule, id, Handler) => {
  expect(properties(`${id}LambdaFunction`)).toMatchObject({
    FunctionName: `${rule}-prod`,
    Handler,
    Timeout: 300,
    Environment: { Variables: { SLUICE_RULE: rule } },
  });
  expect(properties(`${id}LambdaFunction`)).not.toHaveProperty('VpcConfig');
  // Kafka's events do not come asynchronously: nothing is to be parked.
  expect(resources).not.toHaveProperty(`${id}LambdaEvConf`);
  expect(resources).not.toHaveProperty(`${id}FailedQueue`);
});

test("a sink's role may do these things and no others", () => {
  const kafka = [':secret:AmazonMSK_sluice-??????', ':secret:sluice/kafka-ca-??????'];
  expect(rightsOf('ErrorsDashtoDashpostgresRole')).toEqual([
    ['logs:CreateLogStream logs:PutLogEvents', [':log-group:/aws/lambda/errors-to-postgres-prod:*']],
    ['secretsmanager:GetSecretValue', [...kafka, ':secret:sluice/warehouse-??????']],
  ]);
  expect(rightsOf('MetersDashtoDashtdengineRole')).toEqual([
    ['logs:CreateLogStream logs:PutLogEvents', [':log-group:/aws/lambda/meters-to-tdengine-prod:*']],
    ['secretsmanager:GetSecretValue', [...kafka, ':secret:sluice/tdengine-??????']],
    ['dynamodb:GetItem dynamodb:UpdateItem', ['LedgerTable']],
    ['dynamodb:Query', ['stopped']],
  ]);
});

test.each([
  ['errors-to-kafka', 'export', { rule: { source: { bucket: 'my-logs' }, rate: { bytes: 2_097_152 } } }],
  ['errors-to-postgres', 'postgres-sink', { connections: { postgres: { warehouse: { tls: 'verify-full' } } } }],
  ['meters-to-tdengine', 'tdengine-sink', { connections: { tdengine: { plant: { auth: 'basic' } } } }],
])('the package of %s holds the code and the resolved rule, and nothing else', (rule, kind, resolved) => {
  const files = packed(rule);
  expect([...files.keys()].sort()).toEqual([
    `.sluice/prod/${rule}.json`,
    `functions/${kind}.js`,
    `functions/${kind}.js.map`,
  ]);
  const bundle: unknown = JSON.parse(files.get(`.sluice/prod/${rule}.json`)?.toString() ?? '');
  expect(bundle).toMatchObject({ stage: 'prod', ...resolved });
  expect(bundle).toMatchObject({
    rule: { kind, name: rule },
    connections: { kafka: { main: { auth: { secret: 'AmazonMSK_sluice' } } } },
  });
});

test.each(RULES)('the package of %s holds no secret, and is small enough to start fast', (rule) => {
  for (const content of packed(rule).values()) expect(content.includes(SECRET)).toBe(false);
  const { length } = archives.get(rule) ?? [];
  expect(length).toBeGreaterThan(100_000);
  expect(length).toBeLessThan(4_000_000);
});
