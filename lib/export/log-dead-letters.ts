import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { type RecordFailure, SluiceError } from '../failure/index.ts';
import { type DeadLetters, deadLetterFacts } from './dead-letter.ts';

/** A PutLogEvents request may hold 1 MiB: two letters of RAW_LIMIT in base64, with room for their facts. */
const REQUEST_BYTES = 1_000_000;
/** What CloudWatch counts for an event besides its message. */
const EVENT_OVERHEAD = 26;

/** Dead letters as events of a log group: one JSON object each, the facts and `raw` in base64. */
export function logDeadLetters(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroup: string,
  names: { readonly rule: string; readonly stage: string },
  clock: () => number,
): DeadLetters {
  const logStream = `${names.rule}-${names.stage}`;
  let made = false;

  async function put(events: { message: string; timestamp: number }[]): Promise<void> {
    try {
      if (!made) await makeStream(client, logGroup, logStream);
      made = true;
      await client.send(
        new PutLogEventsCommand({ logGroupName: logGroup, logStreamName: logStream, logEvents: events }),
      );
    } catch (error) {
      throw told(error, logGroup);
    }
  }

  return {
    async put(failures, source) {
      let events: { message: string; timestamp: number }[] = [];
      let size = 0;
      for (const failure of failures) {
        const message = letter(names, failure, source);
        const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD;
        if (events.length > 0 && size + bytes > REQUEST_BYTES) {
          await put(events);
          events = [];
          size = 0;
        }
        events.push({ message, timestamp: clock() });
        size += bytes;
      }
      if (events.length > 0) await put(events);
    },
  };
}

function letter(
  names: { readonly rule: string; readonly stage: string },
  failure: RecordFailure,
  source: Parameters<DeadLetters['put']>[1],
): string {
  return JSON.stringify({
    ...deadLetterFacts(names, failure, source),
    raw: Buffer.from(failure.raw).toString('base64'),
  });
}

async function makeStream(client: Pick<CloudWatchLogsClient, 'send'>, logGroup: string, logStream: string) {
  try {
    await client.send(new CreateLogStreamCommand({ logGroupName: logGroup, logStreamName: logStream }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}

function told(error: unknown, logGroup: string): SluiceError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const missing = error instanceof ResourceNotFoundException;
  return new SluiceError(
    missing ? 'MissingLogGroup' : 'DeadLetterRefused',
    `dead letters cannot be written to the log group ${logGroup}: ${reason}`,
    {
      stage: 'export',
      retryable: !missing,
      fix: missing
        ? `Create it: aws logs create-log-group --log-group-name ${logGroup}`
        : 'See that the function may call logs:CreateLogStream and logs:PutLogEvents on it.',
      cause: error,
    },
  );
}
