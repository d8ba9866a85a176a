import { judgeLogging } from '../../../../lib/export/check/logging.ts';
import { judgeNotification, type Notifications } from '../../../../lib/export/check/notification.ts';
import type { ExportRule } from '../../../../lib/rule/schema.ts';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:errors-prod';

function source(more: Partial<ExportRule['source']> = {}): ExportRule['source'] {
  return { bucket: 'logs', prefix: 'access/', suffix: '.gz', trigger: 's3', ...more } as ExportRule['source'];
}

const filter = (prefix: string, suffix: string) => ({
  Key: {
    FilterRules: [
      { Name: 'Prefix', Value: prefix },
      { Name: 'Suffix', Value: suffix },
    ],
  },
});
const Events = ['s3:ObjectCreated:*'];
const lambda = (prefix: string, suffix: string, arn = ARN): Notifications => ({
  LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn, Events, Filter: filter(prefix, suffix) }],
});

test.each<[string, Partial<ExportRule['source']>, Notifications, 'ok' | 'failed']>([
  ['in place', {}, lambda('access/', '.gz'), 'ok'],
  ['wider than the rule', {}, lambda('acc', ''), 'ok'],
  ['of everything', {}, { LambdaFunctionConfigurations: [{ LambdaFunctionArn: ARN, Events }] }, 'ok'],
  ['narrower than the rule', {}, lambda('access/2026/', '.gz'), 'failed'],
  ['with another suffix', {}, lambda('access/', '.csv'), 'failed'],
  ["another function's", {}, lambda('access/', '.gz', `${ARN}-2`), 'failed'],
  [
    'of deletions',
    {},
    { LambdaFunctionConfigurations: [{ LambdaFunctionArn: ARN, Events: ['s3:ObjectRemoved:*'] }] },
    'failed',
  ],
  ['not there', {}, {}, 'failed'],
  [
    'a queue',
    { trigger: 'sqs' },
    { QueueConfigurations: [{ QueueArn: 'arn:aws:sqs:eu-central-1:123456789012:errors-prod', Events }] },
    'ok',
  ],
  ['a queue that is not told', { trigger: 'sqs' }, lambda('access/', '.gz'), 'failed'],
  [
    'a topic',
    { trigger: 'sns' },
    { TopicConfigurations: [{ TopicArn: 'arn:aws:sns:eu-central-1:123456789012:errors-prod', Events }] },
    'ok',
  ],
  ['EventBridge', { trigger: 'eventbridge' }, { EventBridgeConfiguration: {} }, 'ok'],
  ['EventBridge that is off', { trigger: 'eventbridge' }, {}, 'failed'],
  ['nobody', { trigger: 'none' }, {}, 'ok'],
])('a notification %s', (_what, more, found, state) => {
  const finding = judgeNotification(found, source(more), ARN);
  expect(finding.state).toBe(state);
  expect(finding.fix !== undefined).toBe(state === 'failed');
});

/** The JSON of the command, as a shell would hand it to aws. */
function configuration(fix: string | undefined): unknown {
  const [, json = ''] = /--notification-configuration '(.*)'$/s.exec(fix ?? '') ?? [];
  return JSON.parse(json.replaceAll("'\\''", "'"));
}

test('the command that mends it keeps the notifications of others, and replaces its own', () => {
  const other = { LambdaFunctionArn: `${ARN}-2`, Events, Filter: filter("it's/", '') };
  const queues = [{ QueueArn: 'arn:aws:sqs:eu-central-1:1:q', Events }];
  const found = {
    LambdaFunctionConfigurations: [other, { LambdaFunctionArn: ARN, Events, Filter: filter('old/', '') }],
    QueueConfigurations: queues,
  };
  const { fix } = judgeNotification(found, source(), ARN);
  expect(fix).toMatch(/^aws s3api put-bucket-notification-configuration --bucket logs /);
  expect(configuration(fix)).toEqual({
    LambdaFunctionConfigurations: [
      other,
      {
        LambdaFunctionArn: ARN,
        Events,
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'prefix', Value: 'access/' },
              { Name: 'suffix', Value: '.gz' },
            ],
          },
        },
      },
    ],
    QueueConfigurations: queues,
  });
});

test.each([
  [{ TargetBucket: 'logs', TargetPrefix: 'access/' }, 'ok'],
  [{ TargetBucket: 'logs', TargetPrefix: 'access/site/' }, 'ok'],
  [{ TargetBucket: 'logs', TargetPrefix: '' }, 'warning'],
  [{ TargetBucket: 'logs', TargetPrefix: 'other/' }, 'failed'],
  [{ TargetBucket: 'elsewhere', TargetPrefix: 'access/' }, 'failed'],
  [undefined, 'failed'],
])('logging to %j is %s', (found, state) => {
  expect(judgeLogging(found, 'site', source()).state).toBe(state);
});

test('the command that switches logging on', () => {
  const command = `aws s3api put-bucket-logging --bucket site --bucket-logging-status '{"LoggingEnabled":{"TargetBucket":"logs","TargetPrefix":"access/"}}'`;
  expect(judgeLogging(undefined, 'site', source()).fix).toBe(command);
  const elsewhere = source({ endpoint: 'https://cos.ap-guangzhou.myqcloud.com' });
  expect(judgeLogging(undefined, 'site', elsewhere).fix).toBe(
    `${command} --endpoint-url https://cos.ap-guangzhou.myqcloud.com`,
  );
});
