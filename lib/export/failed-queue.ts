import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** The queue of a rule's failed events, which its own function takes them from: whatever has to come later goes there. */
export interface FailedQueue {
  /** @param afterSeconds at most 900 */
  send(body: string, afterSeconds?: number): Promise<void>;
  /** Keeps a message that was received from coming again for so many seconds, at most 12 hours from when it was received. */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
  close(): void;
}

/** @param name see failedQueueName. Nothing is asked before it is used. */
export function openFailedQueue(name: string, client: SQSClient = new SQSClient()): FailedQueue {
  let url: Promise<string> | undefined;
  const located = () => {
    url ??= client.send(new GetQueueUrlCommand({ QueueName: name })).then(({ QueueUrl = '' }) => QueueUrl);
    // A failure is not kept.
    url.catch(() => {
      url = undefined;
    });
    return url;
  };
  return {
    async send(body, afterSeconds = 0) {
      await client.send(
        new SendMessageCommand({ QueueUrl: await located(), MessageBody: body, DelaySeconds: afterSeconds }),
      );
    },
    async postpone(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: await located(),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
    close: () => client.destroy(),
  };
}
