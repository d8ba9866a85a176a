import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { logGroupEvents } from '../telemetry/log-group.ts';
import { type DeadLetters, deadLetterFacts } from './dead-letter.ts';

/** Dead letters as events of a log group: one JSON object each, the facts and `raw` in base64. */
export function logDeadLetters(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroup: string,
  names: { readonly rule: string; readonly stage: string },
  clock: () => number,
): DeadLetters {
  const stream = `${names.rule}-${names.stage}`;
  const put = logGroupEvents({ client, name: logGroup, stream, clock, stage: 'export' });
  return {
    put: (failures, source) =>
      put(
        failures.map((failure) =>
          JSON.stringify({
            ...deadLetterFacts(names, failure, source),
            raw: Buffer.from(failure.raw).toString('base64'),
          }),
        ),
      ),
  };
}
