import { bundlePath } from '../bundle.ts';
import type { RuleBundle } from '../schema.ts';
import { secretsOf } from '../secrets.ts';
import type { Environment } from '../variables.ts';
import { ledgerEnvironment } from './ledger.ts';
import { arnOf, failedQueueName, functionName, logicalId, type Template } from './names.ts';
import { statements } from './policy.ts';
import { triggerParts } from './trigger.ts';

/** A rule's function as Serverless writes it. */
export function functionOf(bundle: RuleBundle, env: Environment): Template {
  const { rule, stage } = bundle;
  const id = logicalId(rule.name);
  return {
    name: functionName(rule.name, stage),
    handler: 'functions/export.handler',
    description: rule.description ?? `Sluice: ${rule.source.bucket} to ${rule.kafka.topic}`,
    role: `${id}Role`,
    timeout: rule.function.timeout,
    memorySize: rule.function.memory,
    logRetentionInDays: rule.function.logRetention,
    ...(rule.rate?.instances === undefined ? {} : { reservedConcurrency: rule.rate.instances }),
    ...(rule.vpc === undefined ? {} : { vpc: rule.vpc }),
    environment: environment(bundle, env),
    events: triggerParts(bundle).events,
    destinations: { onFailure: { type: 'sqs', arn: arnOf(`${id}FailedQueue`) } },
    maximumRetryAttempts: 2,
    maximumEventAge: 6 * 3600,
    package: { patterns: [bundlePath(stage, rule.name)] },
  };
}

function environment(bundle: RuleBundle, env: Environment): Template {
  const own = {
    SLUICE_RULE: bundle.rule.name,
    SLUICE_STAGE: bundle.stage,
    SLUICE_RULE_HASH: bundle.hash,
    NODE_OPTIONS: '--enable-source-maps',
    ...ledgerEnvironment(bundle),
  };
  if (bundle.stage !== 'local') return own;
  // A function of the local stack runs beside the shell that deployed it, and reads its secrets as that shell would.
  const names = secretsOf(bundle).flatMap(({ name }) => (name.startsWith('env:') ? [name.slice('env:'.length)] : []));
  const given = ['AWS_ENDPOINT_URL', ...names].flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return { ...own, ...Object.fromEntries(given) };
}

/** What a rule's function needs beside itself: its role, the queue of its failed events, and its trigger's parts. */
export function resourcesOf(bundle: RuleBundle): Template {
  const { rule, stage } = bundle;
  const id = logicalId(rule.name);
  return {
    [`${id}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: functionName(rule.name, stage),
            PolicyDocument: { Version: '2012-10-17', Statement: statements(bundle) },
          },
        ],
      },
    },
    [`${id}FailedQueue`]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: failedQueueName(rule.name, stage),
        MessageRetentionPeriod: 14 * 86_400,
        SqsManagedSseEnabled: true,
      },
    },
    ...failedQueuePolicy(bundle),
    ...triggerParts(bundle).resources,
  };
}

/** Lambda puts failed events there by the function's role; EventBridge and SNS come by themselves. */
function failedQueuePolicy({ rule }: RuleBundle): Template {
  const senders: Readonly<Record<string, string>> = { eventbridge: 'events.amazonaws.com', sns: 'sns.amazonaws.com' };
  const sender = senders[rule.source.trigger];
  if (sender === undefined) return {};
  const queue = `${logicalId(rule.name)}FailedQueue`;
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
