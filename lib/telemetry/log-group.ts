import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError, type Stage } from '../failure/index.ts';

/** A PutLogEvents request may hold 1 MiB: two letters of RAW_LIMIT in base64, with room for their facts. */
const REQUEST_BYTES = 1_000_000;
/** What CloudWatch counts for an event besides its message. */
const EVENT_OVERHEAD = 26;
/** The most events of one request. */
const REQUEST_EVENTS = 10_000;

export interface LogGroup {
  readonly client: Pick<CloudWatchLogsClient, 'send'>;
  readonly name: string;
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Who fails when it cannot be written. */
  readonly stage: Stage;
}

/** Puts dead letters into a stream of a log group, an event each; the stream is made when it is first written. */
export function logGroupEvents(group: LogGroup): (messages: readonly string[]) => Promise<void> {
  const { client, name, stream, clock } = group;
  let made = false;

  async function put(messages: readonly string[]): Promise<void> {
    try {
      if (!made) await makeStream(group);
      made = true;
      const logEvents = messages.map((message) => ({ message, timestamp: clock() }));
      await client.send(new PutLogEventsCommand({ logGroupName: name, logStreamName: stream, logEvents }));
    } catch (error) {
      throw told(error, group);
    }
  }

  return async (messages) => {
    let request: string[] = [];
    let size = 0;
    for (const message of messages) {
      const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD;
      if (request.length > 0 && (size + bytes > REQUEST_BYTES || request.length === REQUEST_EVENTS)) {
        await put(request);
        request = [];
        size = 0;
      }
      request.push(message);
      size += bytes;
    }
    if (request.length > 0) await put(request);
  };
}

async function makeStream({ client, name, stream }: LogGroup): Promise<void> {
  try {
    await client.send(new CreateLogStreamCommand({ logGroupName: name, logStreamName: stream }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}

function told(error: unknown, { name, stage }: LogGroup): SluiceError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const missing = error instanceof ResourceNotFoundException;
  return new SluiceError(
    missing ? 'MissingLogGroup' : 'DeadLetterRefused',
    `dead letters cannot be written to the log group ${name}: ${reason}`,
    {
      stage,
      retryable: !missing,
      fix: missing
        ? `Create it: aws logs create-log-group --log-group-name ${name}`
        : 'See that the function may call logs:CreateLogStream and logs:PutLogEvents on it.',
      cause: error,
    },
  );
}
