import { bundlesOf, deployment } from '../../../lib/rule/deployment/index.ts';
import { project, rule } from './project.ts';

type Resources = Readonly<
  Record<string, { Type: string; Properties: Record<string, unknown>; [key: string]: unknown }>
>;

function deployed(text: string, stage: string, env: Record<string, string> = {}, connections?: string) {
  const { functions, resources } = deployment(bundlesOf(project([text], env, connections), stage), env);
  return {
    fn: functions['errors'] as Record<string, unknown>,
    resources: resources['Resources'] as Resources,
    extensions: resources['extensions'],
  };
}

const trigger = (name: string): string =>
  rule('  prefix: access/', `  prefix: access/\n  suffix: .csv\n  trigger: ${name}`);
const types = (resources: Resources): string[] => Object.values(resources).map(({ Type }) => Type);
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
/** Every export takes its own failed events up again. */
const FAILED = {
  sqs: {
    arn: arn('ErrorsFailedQueue'),
    batchSize: 1,
    functionResponseType: 'ReportBatchItemFailures',
    maximumConcurrency: 10,
  },
};
const FILTER = {
  S3Key: {
    Rules: [
      { Name: 'prefix', Value: 'access/' },
      { Name: 'suffix', Value: '.csv' },
    ],
  },
};

describe('triggers', () => {
  test('s3: an existing bucket, by the notification that leaves the others alone', () => {
    const { fn, resources } = deployed(trigger('s3'), 'prod');
    const rules = [{ prefix: 'access/' }, { suffix: '.csv' }];
    expect(fn['events']).toEqual([
      { s3: { bucket: 'my-logs', event: 's3:ObjectCreated:*', existing: true, rules } },
      FAILED,
    ]);
    expect(types(resources)).toEqual(['AWS::IAM::Role', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table']);
  });

  test("s3 on stage local: the stack's own bucket, which stays", () => {
    const { fn, resources } = deployed(trigger('s3'), 'local');
    expect(fn['events']).toEqual([FAILED]);
    expect(resources['MyLogsBucket']).toMatchObject({
      DeletionPolicy: 'Retain',
      DependsOn: ['ErrorsBucketPermission'],
      Properties: {
        BucketName: 'my-logs',
        NotificationConfiguration: {
          LambdaConfigurations: [
            { Event: 's3:ObjectCreated:*', Function: arn('ErrorsLambdaFunction'), Filter: FILTER },
          ],
        },
      },
    });
  });

  test('eventbridge: a pattern of bucket and key', () => {
    const { fn, resources } = deployed(trigger('eventbridge'), 'prod');
    expect(fn['events']).toMatchObject([
      {
        eventBridge: {
          pattern: { detail: { bucket: { name: ['my-logs'] }, object: { key: [{ wildcard: 'access/*.csv' }] } } },
          deadLetterQueueArn: arn('ErrorsFailedQueue'),
        },
      },
      FAILED,
    ]);
    expect(types(resources)).toContain('AWS::SQS::QueuePolicy');
    const local = deployed(trigger('eventbridge'), 'local').resources['MyLogsBucket'];
    expect(local?.Properties['NotificationConfiguration']).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
  });

  test('eventbridge: an asterisk in a prefix is a character', () => {
    const { fn } = deployed(trigger('eventbridge').replace('prefix: access/', "prefix: 'a*b'"), 'prod');
    expect(JSON.stringify(fn['events'])).toContain(JSON.stringify('a\\*b*.csv'));
  });

  test('sqs: a queue of its own, a message an invocation, its failures apart', () => {
    const { fn, resources } = deployed(trigger('sqs'), 'prod');
    expect(fn['events']).toEqual([
      { sqs: { arn: arn('ErrorsQueue'), batchSize: 1, functionResponseType: 'ReportBatchItemFailures' } },
      FAILED,
    ]);
    expect(resources['ErrorsQueue']?.Properties).toMatchObject({
      QueueName: 'errors-prod',
      VisibilityTimeout: 960,
      RedrivePolicy: { deadLetterTargetArn: arn('ErrorsFailedQueue') },
    });
    const local = deployed(trigger('sqs'), 'local').resources['MyLogsBucket'];
    expect(local).toMatchObject({
      DependsOn: ['ErrorsQueuePolicy'],
      Properties: {
        NotificationConfiguration: { QueueConfigurations: [{ Queue: arn('ErrorsQueue'), Filter: FILTER }] },
      },
    });
  });

  test('sns: a topic of its own, what it cannot deliver kept', () => {
    const { fn, resources } = deployed(trigger('sns'), 'prod');
    const redrivePolicy = { deadLetterTargetRef: 'ErrorsFailedQueue' };
    expect(fn['events']).toEqual([
      { sns: { arn: { Ref: 'ErrorsTopic' }, topicName: 'errors-prod', redrivePolicy } },
      FAILED,
    ]);
    expect(types(resources)).toContain('AWS::SNS::TopicPolicy');
  });

  test('none: only the function', () => {
    const { fn, resources } = deployed(trigger('none'), 'prod');
    expect(fn['events']).toEqual([FAILED]);
    expect(types(resources)).toEqual(['AWS::IAM::Role', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table']);
  });
});

test('rules of one local bucket share it', () => {
  const second = trigger('eventbridge').replace('name: errors', 'name: others');
  const third = rule('  prefix: access/', '  prefix: more/\n  trigger: s3').replace('name: errors', 'name: more');
  const { resources } = deployment(bundlesOf(project([trigger('s3'), second, third]), 'local'), {});
  const buckets = Object.values(resources['Resources'] as Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
  expect(buckets).toHaveLength(1);
  const configuration = buckets[0]?.Properties['NotificationConfiguration'] as Record<string, unknown>;
  expect(Object.keys(configuration)).toEqual(['LambdaConfigurations', 'EventBridgeConfiguration']);
  expect(configuration['LambdaConfigurations']).toHaveLength(2);
});

describe('the function', () => {
  test('has nothing that the rule does not ask for', () => {
    const { fn, extensions } = deployed(rule(), 'prod');
    expect(Object.keys(fn)).not.toEqual(expect.arrayContaining(['vpc']));
    expect(fn).not.toHaveProperty('reservedConcurrency');
    expect(fn).toMatchObject({ name: 'errors-prod', timeout: 900, memorySize: 1024, logRetentionInDays: 30 });
    expect(extensions).toEqual({ ErrorsLambdaFunction: { Properties: { RecursiveLoop: 'Allow' } } });
  });

  test.each([
    [1, 2],
    [4, 4],
    [50, 10],
  ])('with %i instances takes %i failed events at once', (instances, expected) => {
    const { fn } = deployed(`${rule()}rate: { records: 100, instances: ${instances} }\n`, 'prod');
    expect(fn['events']).toContainEqual({ sqs: { ...FAILED.sqs, maximumConcurrency: expected } });
  });

  test('is gone when a failed event that it had comes again', () => {
    const { resources } = deployed(rule(), 'prod');
    expect(resources['ErrorsFailedQueue']?.Properties).toMatchObject({
      QueueName: 'errors-prod-failed',
      VisibilityTimeout: 960,
      MessageRetentionPeriod: 14 * 86_400,
    });
  });

  test('reserves as many instances as the rate is divided among', () => {
    expect(deployed(`${rule()}rate: { records: 100, instances: 4 }\n`, 'prod').fn['reservedConcurrency']).toBe(4);
    expect(deployed(`${rule()}rate: { records: 100, shared: cache }\n`, 'prod').fn).not.toHaveProperty(
      'reservedConcurrency',
    );
  });

  const secret = "kafka: { main: { brokers: ['a:1'], auth: { mechanism: plain, secret: 'env:KAFKA_SECRET' } } }\n";
  const env = {
    KAFKA_SECRET: '{"username":"u","password":"p"}',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    OTHER: 'x',
  };

  test('gets the variables of its secrets on stage local, and no others', () => {
    expect(Object.keys(deployed(rule(), 'local', env, secret).fn['environment'] as object)).toEqual([
      'SLUICE_RULE',
      'SLUICE_STAGE',
      'SLUICE_RULE_HASH',
      'NODE_OPTIONS',
      'SLUICE_LEDGER_TABLE',
      'AWS_ENDPOINT_URL',
      'KAFKA_SECRET',
    ]);
  });

  test('is not deployed elsewhere with a secret that is on the laptop', () => {
    expect(() => deployed(rule(), 'prod', env, secret)).toThrow(
      'kafka.main.auth.secret of errors is for local work: a function on stage prod cannot read it',
    );
  });
});

test('everything that is wrong is told when a deployment is refused', () => {
  const bad = project([rule('  format: csv', '  format: scv').replace('topic: errors', 'topic: a b')]);
  expect(() => bundlesOf(bad, 'prod')).toThrow(
    /rules\/1\.yml:6:11 source\.format[\s\S]*rules\/1\.yml:11:10 kafka\.topic/,
  );
});
