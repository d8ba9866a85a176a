import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { continueEvent } from '../trigger/index.ts';
import type { FailedQueue } from './failed-queue.ts';
import type { Relay } from './plan.ts';

/** A function hands on by invoking itself; later, through the queue that it takes its failed events from. */
export function lambdaRelay(
  functionName: string,
  queue: Pick<FailedQueue, 'send'>,
  client: Pick<LambdaClient, 'send'> = new LambdaClient(),
): Relay {
  return {
    async handOn(ref, continuation, afterSeconds) {
      const event = JSON.stringify(continueEvent(ref, continuation));
      if (afterSeconds !== undefined) return queue.send(event, afterSeconds);
      await client.send(
        new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: Buffer.from(event) }),
      );
    },
  };
}
