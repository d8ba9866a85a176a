import { at, text } from './fields.ts';

/** A message of SQS as Lambda hands it on: what tells how often it was tried, and how to keep it away for a while. */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** The queue's name, without its account. */
  readonly queue: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  /** When it was first sent, in milliseconds since 1970; moving to a dead-letter queue does not change it. */
  readonly sentAt: number;
  /** The record as it came. */
  readonly record: unknown;
}

/** The messages of an event of SQS; none if it is another one. */
export function queueMessages(event: unknown): readonly QueueMessage[] {
  const records = at(event, 'Records');
  if (!Array.isArray(records)) return [];
  return records.flatMap((record: unknown) => {
    const messageId = text(at(record, 'messageId'));
    if (at(record, 'eventSource') !== 'aws:sqs' || messageId === undefined) return [];
    return [
      {
        messageId,
        receiptHandle: text(at(record, 'receiptHandle')) ?? '',
        queue: text(at(record, 'eventSourceARN'))?.split(':').at(-1) ?? '',
        body: String(at(record, 'body') ?? ''),
        receives: Number(at(record, 'attributes', 'ApproximateReceiveCount') ?? 1),
        sentAt: Number(at(record, 'attributes', 'SentTimestamp') ?? 0),
        record,
      },
    ];
  });
}
