import type { ExportBundle } from '../schema.ts';
import { arnOf, bucketArn, functionName, logicalId, type Template } from './names.ts';

/** What makes a function run: its events as Serverless writes them, and the resources that they need. */
export interface TriggerParts {
  readonly events: readonly Template[];
  readonly resources: Template;
  /** What the bucket must be told; only the local stage's own buckets are. */
  readonly notification: Template;
}

const NOTHING: TriggerParts = { events: [], resources: {}, notification: {} };
const CREATED = 's3:ObjectCreated:*';

export function triggerParts(bundle: ExportBundle): TriggerParts {
  switch (bundle.rule.source.trigger) {
    case 's3':
      return notified(bundle);
    case 'eventbridge':
      return routed(bundle);
    case 'sqs':
      return queued(bundle);
    case 'sns':
      return published(bundle);
    default:
      return NOTHING;
  }
}

/** An existing bucket is changed by Serverless's own resource, which leaves its other notifications alone. */
function notified(bundle: ExportBundle): TriggerParts {
  const { rule, stage } = bundle;
  const id = logicalId(rule.name);
  const { bucket, prefix, suffix } = rule.source;
  if (stage !== 'local') {
    const rules = [...(prefix === '' ? [] : [{ prefix }]), ...(suffix === '' ? [] : [{ suffix }])];
    const s3 = { bucket, event: CREATED, existing: true, ...(rules.length > 0 ? { rules } : {}) };
    return { ...NOTHING, events: [{ s3 }] };
  }
  const permission = {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf(`${id}LambdaFunction`),
      Principal: 's3.amazonaws.com',
      SourceArn: bucketArn(bucket),
      SourceAccount: { Ref: 'AWS::AccountId' },
    },
  };
  return {
    events: [],
    resources: { [`${id}BucketPermission`]: permission },
    notification: {
      LambdaConfigurations: [{ Event: CREATED, Function: arnOf(`${id}LambdaFunction`), ...filter(bundle) }],
    },
  };
}

/** The bucket must have EventBridge on; then every object of it is told, and the pattern chooses. */
function routed({ rule }: ExportBundle): TriggerParts {
  const { bucket, prefix, suffix } = rule.source;
  const literal = (part: string): string => part.replace(/[\\*]/g, '\\$&');
  const key = { key: [{ wildcard: `${literal(prefix)}*${literal(suffix)}` }] };
  const detail = { bucket: { name: [bucket] }, ...(prefix + suffix === '' ? {} : { object: key }) };
  const eventBridge = {
    pattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail },
    retryPolicy: { maximumEventAge: 86_400, maximumRetryAttempts: 185 },
    deadLetterQueueArn: arnOf(`${logicalId(rule.name)}FailedQueue`),
  };
  return {
    events: [{ eventBridge }],
    resources: {},
    notification: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  };
}

/**
 * One object an invocation, so that a long one neither holds back nor fails the others. A message that failed comes back
 * when the function that had it must be gone; after ten times it is put with the failed events.
 */
function queued(bundle: ExportBundle): TriggerParts {
  const { rule, stage } = bundle;
  const id = logicalId(rule.name);
  const queue = `${id}Queue`;
  const instances = rule.rate?.instances;
  const sqs = {
    arn: arnOf(queue),
    batchSize: 1,
    functionResponseType: 'ReportBatchItemFailures',
    // AWS takes no less than two; the reserved concurrency holds the rest back.
    ...(instances === undefined ? {} : { maximumConcurrency: Math.max(2, instances) }),
  };
  return {
    events: [{ sqs }],
    resources: {
      [queue]: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: functionName(rule.name, stage),
          VisibilityTimeout: rule.function.timeout + 60,
          MessageRetentionPeriod: 14 * 86_400,
          SqsManagedSseEnabled: true,
          RedrivePolicy: { deadLetterTargetArn: arnOf(`${id}FailedQueue`), maxReceiveCount: 10 },
        },
      },
      [`${queue}Policy`]: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: queue }], PolicyDocument: fromBucket(bundle, 'sqs:SendMessage', arnOf(queue)) },
      },
    },
    notification: { QueueConfigurations: [{ Event: CREATED, Queue: arnOf(queue), ...filter(bundle) }] },
  };
}

function published(bundle: ExportBundle): TriggerParts {
  const { rule, stage } = bundle;
  const id = logicalId(rule.name);
  const topic = `${id}Topic`;
  const topicName = functionName(rule.name, stage);
  const redrivePolicy = { deadLetterTargetRef: `${id}FailedQueue` };
  return {
    events: [{ sns: { arn: { Ref: topic }, topicName, redrivePolicy } }],
    resources: {
      [topic]: { Type: 'AWS::SNS::Topic', Properties: { TopicName: topicName } },
      [`${topic}Policy`]: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [{ Ref: topic }], PolicyDocument: fromBucket(bundle, 'sns:Publish', { Ref: topic }) },
      },
    },
    notification: { TopicConfigurations: [{ Event: CREATED, Topic: { Ref: topic }, ...filter(bundle) }] },
  };
}

function filter({ rule: { source } }: ExportBundle): Template {
  const { prefix, suffix } = source;
  const rules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  return rules.length === 0 ? {} : { Filter: { S3Key: { Rules: rules } } };
}

/** Lets the rule's bucket, in the stack's own account, and nobody else send. */
function fromBucket({ rule }: ExportBundle, action: string, resource: Template): Template {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: action,
    Resource: resource,
    Condition: {
      ArnEquals: { 'aws:SourceArn': bucketArn(rule.source.bucket) },
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    },
  };
  return { Version: '2012-10-17', Statement: [statement] };
}
