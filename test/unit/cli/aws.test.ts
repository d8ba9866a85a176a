import { awsFailure } from '../../../lib/cli/aws/failure.ts';
import { lambdaFunctions } from '../../../lib/cli/aws/functions.ts';
import { cloudWatchRunLogs } from '../../../lib/cli/aws/run-logs.ts';
import { cloudFormationStacks } from '../../../lib/cli/aws/stacks.ts';
import { functionsOf } from '../../../lib/cli/aws/template.ts';
import { Exit, exitCodeOf } from '../../../lib/cli/exit.ts';
import { RUN } from '../../support/cli-fakes.ts';

const named = (name: string, message = '') => Object.assign(new Error(message), { name });

/** A client that answers by the command's name, and keeps what it was asked. */
function client(answers: Readonly<Record<string, unknown>>) {
  const asked: { readonly name: string; readonly input: object }[] = [];
  const send = async (command: { readonly input: object }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    asked.push({ name, input: command.input });
    const answer = answers[name];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  };
  return { send: send as never, asked };
}

test.each([
  [named('AccessDeniedException'), 'AccessDenied', Exit.REFUSED],
  [named('ExpiredTokenException'), 'InvalidCredentials', Exit.REFUSED],
  [
    named('CredentialsProviderError', 'Could not load credentials from any providers'),
    'InvalidCredentials',
    Exit.REFUSED,
  ],
  [Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'AwsUnavailable', Exit.UNREACHABLE],
  [named('TimeoutError'), 'AwsUnavailable', Exit.UNREACHABLE],
  [new Error('Region is missing'), 'Usage', Exit.USAGE],
  [named('ValidationException', 'no'), 'AwsFailed', Exit.UNWELL],
])('%s is told as %s', (error, code, exit) => {
  const told = awsFailure(error, 'ask Lambda', 'lambda:InvokeFunction');
  expect([told.code, exitCodeOf(told)]).toEqual([code, exit]);
  expect(told.message).toMatch(/^could not ask Lambda: /);
  expect(told.fix).toBeTruthy();
});

const TEMPLATE = {
  Resources: {
    ErrorsLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'errors-dev',
        Handler: 'functions/export.handler',
        Timeout: 900,
        Code: { S3Bucket: { Ref: 'ServerlessDeploymentBucket' }, S3Key: 'a/errors.zip' },
        Environment: { Variables: { SLUICE_RULE: 'errors', QUEUE: { Ref: 'Queue' }, SIZE: 3 } },
        VpcConfig: { SubnetIds: ['s-1'], SecurityGroupIds: [{ Ref: 'Group' }] },
      },
    },
    Bucket: { Type: 'AWS::S3::Bucket' },
  },
};

test("a template's functions: what it says plainly, and nothing that only AWS knows", () => {
  expect(functionsOf(TEMPLATE)).toEqual([
    {
      name: 'errors-dev',
      code: { key: 'a/errors.zip' },
      config: {
        handler: 'functions/export.handler',
        timeout: 900,
        env: { SLUICE_RULE: 'errors', SIZE: '3' },
        subnetIds: ['s-1'],
      },
    },
  ]);
  expect(functionsOf({})).toEqual([]);
});

describe('a stack', () => {
  const cloudFormation = client({
    DescribeStacks: {
      Stacks: [
        {
          StackStatus: 'UPDATE_COMPLETE',
          Outputs: [{ OutputKey: 'ServerlessDeploymentBucketName', OutputValue: 'packages' }],
        },
      ],
    },
    GetTemplate: { TemplateBody: JSON.stringify(TEMPLATE) },
  });

  test('has its functions with the hash of their packages', async () => {
    const s3 = client({ HeadObject: { Metadata: { filesha256: 'h' } } });
    const stack = await cloudFormationStacks(cloudFormation, s3).describe('sluice-dev');
    expect(stack?.functions.get('errors-dev')?.codeSha256).toBe('h');
    expect(s3.asked[0]?.input).toEqual({ Bucket: 'packages', Key: 'a/errors.zip' });
  });

  test('is read where the packages may not be', async () => {
    const s3 = client({ HeadObject: named('AccessDenied') });
    const stack = await cloudFormationStacks(cloudFormation, s3).describe('sluice-dev');
    expect(stack?.functions.get('errors-dev')).not.toHaveProperty('codeSha256');
  });

  test.each([
    { DescribeStacks: named('ValidationError', 'Stack with id sluice-dev does not exist') },
    { DescribeStacks: { Stacks: [{ StackStatus: 'DELETE_COMPLETE' }] } },
  ])('is not there: %j', async (answers) => {
    expect(await cloudFormationStacks(client(answers), client({})).describe('sluice-dev')).toBeUndefined();
  });
});

describe('a function', () => {
  const payload = (value: unknown) => Buffer.from(JSON.stringify(value));

  test('that does not exist is undefined when described, and an error when invoked', async () => {
    const gone = named('ResourceNotFoundException');
    const functions = lambdaFunctions(client({ GetFunctionConfiguration: gone }), client({ Invoke: gone }));
    expect(await functions.describe('errors-dev')).toBeUndefined();
    await expect(functions.invoke('errors-dev', {})).rejects.toMatchObject({
      code: 'MissingFunction',
      fix: expect.stringContaining('sluice deploy'),
    });
  });

  test('answers', async () => {
    const lambda = client({ Invoke: { Payload: payload({ runs: [] }) } });
    expect(await lambdaFunctions(client({}), lambda).invoke('errors-dev', { sluice: 'check' })).toEqual({ runs: [] });
    expect(lambda.asked[0]?.input).toEqual({ FunctionName: 'errors-dev', Payload: '{"sluice":"check"}' });
  });

  test.each([
    [{ errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 900 seconds' }, 'function.timeout'],
    [{ errorMessage: 'boom' }, 'aws logs tail /aws/lambda/errors-dev'],
    ['not an object', 'aws logs tail'],
  ])('that failed with %j says what to do', async (value, fix) => {
    const functions = lambdaFunctions(
      client({}),
      client({ Invoke: { FunctionError: 'Unhandled', Payload: payload(value) } }),
    );
    await expect(functions.invoke('errors-dev', {})).rejects.toMatchObject({
      code: 'FunctionCrashed',
      fix: expect.stringContaining(fix),
    });
  });
});

describe('the log of runs', () => {
  const event = (timestamp: number, message: string) => ({ timestamp, message });
  const line = JSON.stringify({ message: 'sluice.run', run: RUN });

  test('is read page by page, and other lines are left out', async () => {
    const pages = [{ events: [event(1, 'START'), event(2, line)], nextToken: 'more' }, { events: [event(3, line)] }];
    const send = (async () => pages.shift()) as never;
    const found: number[] = [];
    for await (const { at } of cloudWatchRunLogs({ send }).since('errors-dev', 0)) found.push(at);
    expect(found).toEqual([2, 3]);
  });

  test('has its last run in any of the newest streams', async () => {
    const streams: Readonly<Record<string, object>> = {
      a: { events: [event(5, line), event(9, 'END')] },
      b: { events: [event(7, line)] },
      c: { events: [] },
    };
    const send = (async (command: { readonly input: { readonly logStreamName?: string } }) => {
      const { logStreamName } = command.input;
      return logStreamName === undefined
        ? { logStreams: Object.keys(streams).map((name) => ({ logStreamName: name })) }
        : streams[logStreamName];
    }) as never;
    expect((await cloudWatchRunLogs({ send }).last('errors-dev'))?.at).toBe(7);
  });

  test('of a function that never ran is empty', async () => {
    const none = client({
      FilterLogEvents: named('ResourceNotFoundException'),
      DescribeLogStreams: named('ResourceNotFoundException'),
    });
    expect(await cloudWatchRunLogs(none).last('errors-dev')).toBeUndefined();
    const found: unknown[] = [];
    for await (const each of cloudWatchRunLogs(none).since('errors-dev', 0)) found.push(each);
    expect(found).toEqual([]);
  });
});
