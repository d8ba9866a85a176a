import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError } from '../../failure/index.ts';
import { type Addressee, letterIn } from './letter.ts';
import type { Shelf, Shelved } from './shelf.ts';

/** Letters may be told late, and with the clock of whoever wrote them: younger ones are for the next time. In milliseconds. */
export const SETTLED_AFTER = 120_000;

/**
 * The letters of a rule in a log group, placed by their time in milliseconds: what has been read is all that was written
 * before a moment. Those of one millisecond are handed on together.
 */
export function logShelf(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroup: string,
  to: Addressee,
  clock: () => number,
): Shelf {
  const behind = clock() - SETTLED_AFTER;
  const stream = `${to.rule}-${to.stage}`;

  async function* events(from: number): AsyncGenerator<{ readonly at: number; readonly line: string }> {
    let nextToken: string | undefined;
    do {
      const page = await client
        .send(
          new FilterLogEventsCommand({
            logGroupName: logGroup,
            logStreamNames: [stream],
            startTime: from,
            // Both ends are within.
            endTime: behind - 1,
            ...(nextToken !== undefined && { nextToken }),
          }),
        )
        .catch((error: unknown) => {
          if (error instanceof ResourceNotFoundException) return undefined;
          throw told(error, logGroup);
        });
      for (const { timestamp: at = 0, message: line = '' } of page?.events ?? []) yield { at, line };
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
  }

  return {
    name: `log:${logGroup}:${stream}`,
    first: 0,
    behind,
    async olderThan(ms) {
      for await (const { at } of events(0)) return at < clock() - ms;
      return false;
    },
    async read(from, each) {
      let together: Shelved[] = [];
      for await (const { at, line } of events(from)) {
        const last = together.at(-1);
        if (last !== undefined && last.next !== at + 1) {
          if (!(await each(together))) return;
          together = [];
        }
        together.push({ letter: letterIn(line, to), next: at + 1 });
      }
      if (together.length > 0) await each(together);
    },
  };
}

function told(error: unknown, logGroup: string): SluiceError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new SluiceError(
    'DeadLettersUnreadable',
    `dead letters cannot be read from the log group ${logGroup}: ${reason}`,
    {
      stage: 'export',
      retryable: /Throttl|Unavailable|Timeout/.test(reason),
      fix: 'See that whoever reads them may call logs:FilterLogEvents on it.',
      cause: error,
    },
  );
}
