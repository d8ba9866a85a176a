/**
 * The queue of a rule's failed events. AWS puts there what failed three times, and the rule's function takes it from there
 * again, after delays that it sets itself; it also sends there what it will go on with later.
 */
import type { ExportBundle } from '../schema.ts';
import { arn, arnOf, failedQueueName, logicalId, type Template } from './names.ts';
import { allow, type Statement } from './statement.ts';

/** A few at once: after an outage much comes back, and live events are to have their turn. AWS takes no less than two. */
const FEWEST = 2;
const MOST = 10;

const idOf = ({ rule }: ExportBundle): string => `${logicalId(rule.name)}FailedQueue`;

export function failedQueueEvent(bundle: ExportBundle): Template {
  const { instances = MOST } = bundle.rule.rate ?? {};
  return {
    sqs: {
      arn: arnOf(idOf(bundle)),
      batchSize: 1,
      functionResponseType: 'ReportBatchItemFailures',
      maximumConcurrency: Math.min(MOST, Math.max(FEWEST, instances)),
    },
  };
}

export function failedQueueResources(bundle: ExportBundle): Template {
  const { rule, stage } = bundle;
  const Properties = {
    QueueName: failedQueueName(rule.name, stage),
    // A function that was ended in the middle of an event must be gone when the event comes again.
    VisibilityTimeout: rule.function.timeout + 60,
    MessageRetentionPeriod: 14 * 86_400,
    SqsManagedSseEnabled: true,
  };
  return { [idOf(bundle)]: { Type: 'AWS::SQS::Queue', Properties }, ...queuePolicy(bundle) };
}

/** Lambda puts failed events there by the function's role; EventBridge and SNS come by themselves. */
function queuePolicy(bundle: ExportBundle): Template {
  const senders: Readonly<Record<string, string>> = { eventbridge: 'events.amazonaws.com', sns: 'sns.amazonaws.com' };
  const sender = senders[bundle.rule.source.trigger];
  if (sender === undefined) return {};
  const queue = idOf(bundle);
  const statement = {
    Effect: 'Allow',
    Principal: { Service: sender },
    Action: 'sqs:SendMessage',
    Resource: arnOf(queue),
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  };
  return {
    [`${queue}Policy`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: queue }], PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
    },
  };
}

/** What a function needs to be invoked by a queue, and to set when a message comes again. */
export const TAKE_MESSAGES = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ChangeMessageVisibility',
] as const;

export function keepFailedEvents({ rule, stage }: ExportBundle): Statement {
  const actions = ['sqs:SendMessage', 'sqs:GetQueueUrl', ...TAKE_MESSAGES];
  return allow('KeepFailedEvents', actions, [arn('sqs', failedQueueName(rule.name, stage))]);
}
