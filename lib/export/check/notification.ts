import type { ExportRule } from '../../rule/schema.ts';
import { type Finding, failed, ok } from './probe.ts';

interface Target {
  readonly Events?: readonly string[] | undefined;
  readonly Filter?:
    | { readonly Key?: { readonly FilterRules?: readonly FilterRule[] | undefined } | undefined }
    | undefined;
}

interface FilterRule {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

/** A bucket's notifications, as GetBucketNotificationConfiguration answers. */
export interface Notifications {
  readonly LambdaFunctionConfigurations?:
    | readonly (Target & { readonly LambdaFunctionArn?: string | undefined })[]
    | undefined;
  readonly QueueConfigurations?: readonly (Target & { readonly QueueArn?: string | undefined })[] | undefined;
  readonly TopicConfigurations?: readonly (Target & { readonly TopicArn?: string | undefined })[] | undefined;
  readonly EventBridgeConfiguration?: object | undefined;
}

const CREATED = 's3:ObjectCreated:*';
const KINDS = {
  s3: { list: 'LambdaFunctionConfigurations', arn: 'LambdaFunctionArn', what: 'function' },
  sqs: { list: 'QueueConfigurations', arn: 'QueueArn', what: 'queue' },
  sns: { list: 'TopicConfigurations', arn: 'TopicArn', what: 'topic' },
} as const;

/**
 * Whether a bucket tells the rule of new objects.
 *
 * @param functionArn the deployed function's; the rule's queue and topic bear the same name.
 */
export function judgeNotification(found: Notifications, source: ExportRule['source'], functionArn: string): Finding {
  const { trigger, bucket, prefix, suffix } = source;
  if (trigger === 'cos' || trigger === 'none') return ok(`trigger: ${trigger}, nothing of the bucket is needed`);
  if (trigger === 'eventbridge') {
    if (found.EventBridgeConfiguration !== undefined) return ok('the bucket sends its events to EventBridge');
    return failed(
      'the bucket does not send its events to EventBridge, so nothing runs the rule',
      putCommand(bucket, { ...found, EventBridgeConfiguration: {} }),
    );
  }
  const { list, arn, what } = KINDS[trigger];
  const target = targetArn(trigger, functionArn);
  const targets: readonly Target[] = found[list] ?? [];
  const isMine = (each: Target) => Reflect.get(each, arn) === target;
  const mine = targets.filter(isMine);
  if (mine.some((each) => covers(each, prefix, suffix))) return ok(`the bucket tells the ${what} of new objects`);
  const rules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  const entry = {
    [arn]: target,
    Events: [CREATED],
    ...(rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } }),
  };
  const others = targets.filter((each) => !isMine(each));
  const detail =
    mine.length === 0
      ? `the bucket does not tell the rule's ${what} of new objects, so nothing runs it`
      : `the bucket's notification of the rule's ${what} has another event, prefix or suffix than the rule`;
  return failed(detail, putCommand(bucket, { ...found, [list]: [...others, entry] }));
}

/** The whole of a bucket's notifications is replaced by the command: it holds those of others too. */
function putCommand(bucket: string, { ...configuration }: Notifications): string {
  const json = JSON.stringify(configuration).replaceAll("'", "'\\''");
  return `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration '${json}'`;
}

function targetArn(trigger: keyof typeof KINDS, functionArn: string): string {
  if (trigger === 's3') return functionArn;
  return functionArn.replace(':lambda:', `:${trigger}:`).replace(':function:', ':');
}

function covers({ Events = [], Filter }: Target, prefix: string, suffix: string): boolean {
  const rules = Filter?.Key?.FilterRules ?? [];
  const value = (name: string) => rules.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? '';
  return Events.includes(CREATED) && prefix.startsWith(value('prefix')) && suffix.endsWith(value('suffix'));
}
