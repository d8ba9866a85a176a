import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { RAW_LIMIT } from '../../failure/index.ts';
import { logGroupEvents } from '../../telemetry/log-group.ts';
import type { FailedMessage, MessageLetters } from '../contract.ts';
import { type LetterNames, letterFacts, letterKey } from './facts.ts';

/** What CloudWatch takes as one event, in bytes, is about four letters of this size in base64; keys are small. */
const KEY_LIMIT = 16 * 1024;

/**
 * Dead letters as events of a log group: one JSON object each, with `key` and `value` of the message in base64. An event
 * is limited to 1 MiB: of a longer value RAW_LIMIT bytes are kept, and `length` says how many it had.
 */
export function logGroupLetters(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroup: string,
  names: LetterNames,
  clock: () => number,
): MessageLetters {
  const stream = `${names.rule}-${names.stage}`;
  const put = logGroupEvents({ client, name: logGroup, stream, clock, stage: 'sink' });
  return {
    put: (failed) => put(failed.map((each) => letter(names, each))),
    close: async () => undefined,
  };
}

function letter(names: LetterNames, failed: FailedMessage): string {
  const { key, value, headers } = failed.message;
  return JSON.stringify({
    letter: letterKey(failed),
    ...letterFacts(names, failed),
    key: base64(key, KEY_LIMIT),
    value: base64(value, RAW_LIMIT),
    ...(value === null ? {} : { length: value.length }),
    headers: headers.map(({ name, value: held }) => ({ name, value: base64(held, KEY_LIMIT) })),
  });
}

function base64(bytes: Uint8Array | null, limit: number): string | null {
  return bytes === null ? null : Buffer.from(bytes.subarray(0, limit)).toString('base64');
}
