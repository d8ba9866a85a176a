import type { ExportRule } from '../../rule/schema.ts';
import { type Finding, failed, ok, warning } from './probe.ts';

/** Where a bucket's access log goes; undefined: its logging is off. */
export interface Logging {
  readonly TargetBucket?: string | undefined;
  readonly TargetPrefix?: string | undefined;
}

/** Whether the bucket whose logs the rule reads writes them to where the rule reads. */
export function judgeLogging(found: Logging | undefined, logsOf: string, source: ExportRule['source']): Finding {
  const { bucket, prefix } = source;
  const to = { TargetBucket: bucket, TargetPrefix: prefix };
  const endpoint = source.endpoint === undefined ? '' : ` --endpoint-url ${source.endpoint}`;
  const command = `aws s3api put-bucket-logging --bucket ${logsOf} --bucket-logging-status '${JSON.stringify({ LoggingEnabled: to })}'${endpoint}`;
  if (found === undefined) return failed(`the logging of ${logsOf} is off`, command);
  const { TargetBucket = '', TargetPrefix = '' } = found;
  const where = `s3://${TargetBucket}/${TargetPrefix}`;
  if (TargetBucket !== bucket || !(TargetPrefix.startsWith(prefix) || prefix.startsWith(TargetPrefix))) {
    return failed(`the logs of ${logsOf} go to ${where}, the rule reads s3://${bucket}/${prefix}`, command);
  }
  if (TargetPrefix.startsWith(prefix)) return ok(`the logs of ${logsOf} go to ${where}`);
  return warning(
    `the logs of ${logsOf} go to ${where}, of which the rule reads only s3://${bucket}/${prefix}`,
    `Write prefix: ${TargetPrefix} in the rule, if it is to read all of them.`,
  );
}
