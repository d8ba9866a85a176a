import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { RUN_MESSAGE, type RunRecord } from '../../telemetry/run-record.ts';
import { awsFailure, IMPATIENT, isNamed } from './failure.ts';
import type { AnyRun, LoggedRun, RunLogs } from './ports.ts';

/** Streams and lines that are looked through for the last run: an instance writes its own stream. */
const NEWEST_STREAMS = 3;
const NEWEST_LINES = 200;

/** Runs as the functions' log groups tell of them. Lines are told apart here too: not every AWS endpoint filters. */
export function cloudWatchRunLogs<R extends AnyRun = RunRecord>(
  client: Pick<CloudWatchLogsClient, 'send'> = new CloudWatchLogsClient(IMPATIENT),
): RunLogs<R> {
  return {
    async *since(functionName, from) {
      const logGroupName = logGroup(functionName);
      let nextToken: string | undefined;
      do {
        const page = await client
          .send(
            new FilterLogEventsCommand({
              logGroupName,
              startTime: from,
              filterPattern: `"${RUN_MESSAGE}"`,
              ...(nextToken !== undefined && { nextToken }),
            }),
          )
          .catch((error: unknown) => {
            if (isNamed(error, 'ResourceNotFoundException')) return undefined;
            throw awsFailure(error, `read the log ${logGroupName}`, 'logs:FilterLogEvents');
          });
        for (const { timestamp = 0, message = '' } of page?.events ?? []) {
          const run = runIn<R>(message);
          if (run !== undefined) yield { at: timestamp, run };
        }
        nextToken = page?.nextToken;
      } while (nextToken !== undefined);
    },
    async last(functionName) {
      const logGroupName = logGroup(functionName);
      try {
        const { logStreams = [] } = await client.send(
          new DescribeLogStreamsCommand({
            logGroupName,
            orderBy: 'LastEventTime',
            descending: true,
            limit: NEWEST_STREAMS,
          }),
        );
        const found = await Promise.all(
          logStreams.map(({ logStreamName }) => lastOf<R>(client, logGroupName, logStreamName ?? '')),
        );
        return found.reduce(
          (newest, each) => (each !== undefined && each.at > (newest?.at ?? -1) ? each : newest),
          undefined,
        );
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw awsFailure(error, `read the log ${logGroupName}`, 'logs:DescribeLogStreams and GetLogEvents');
      }
    },
  };
}

async function lastOf<R extends AnyRun>(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroupName: string,
  logStreamName: string,
): Promise<LoggedRun<R> | undefined> {
  const { events = [] } = await client.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, limit: NEWEST_LINES, startFromHead: false }),
  );
  const runs = events.flatMap(({ timestamp = 0, message = '' }) => {
    const run = runIn<R>(message);
    return run === undefined ? [] : [{ at: timestamp, run }];
  });
  return runs.at(-1);
}

function logGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** The run record of a log line, if it is one. Lambda may put its own fields in front of the JSON. */
export function runIn<R extends AnyRun = RunRecord>(line: string): R | undefined {
  const from = line.indexOf('{');
  if (from === -1 || !line.includes(RUN_MESSAGE)) return undefined;
  try {
    const { message, run } = JSON.parse(line.slice(from)) as { message?: unknown; run?: R };
    return message === RUN_MESSAGE && typeof run?.run === 'string' ? run : undefined;
  } catch {
    return undefined;
  }
}
