import type { Message, ProducerRecord, RecordMetadata } from 'kafkajs';
import { dispatch } from '../../../lib/kafka/dispatch.ts';
import { failureOf } from '../../support/failure.ts';

/** A sender that answers for some of the partitions it is given: those that `answers` names for each call. */
function senderOf(answers: readonly (readonly number[])[]) {
  const calls: (number | undefined)[][] = [];
  return {
    calls,
    async send({ messages }: ProducerRecord): Promise<RecordMetadata[]> {
      calls.push(messages.map(({ partition }) => partition));
      return (answers[calls.length - 1] ?? []).map((partition) => ({ topicName: 't', partition, errorCode: 0 }));
    },
  };
}

const destination = { endpoint: { brokers: ['b:9092'], auth: { mechanism: 'none' as const } }, topic: 't' };
const request = (...partitions: number[]) => ({
  topic: 't',
  compression: 0,
  partitions,
  messages: (wanted: ReadonlySet<number>): Message[] =>
    partitions.filter((partition) => wanted.has(partition)).map((partition) => ({ partition, value: 'x' })),
});

test('one call, if every partition is acknowledged', async () => {
  const sender = senderOf([[0, 1, 2]]);
  await dispatch(sender, request(0, 1, 2), destination);
  expect(sender.calls).toEqual([[0, 1, 2]]);
});

test('partitions that no broker answered for are sent again, and only they', async () => {
  const sender = senderOf([[1], [0], [2]]);
  await dispatch(sender, request(0, 1, 2), destination);
  expect(sender.calls).toEqual([[0, 1, 2], [0, 2], [2]]);
});

test('a partition that nobody ever answers for is an error, not a loss', async () => {
  const sender = senderOf([[0], [], [], [], []]);
  const error = await failureOf(dispatch(sender, request(0, 5), destination));
  expect(error).toMatchObject({ code: 'NotAcknowledged', retryable: true });
  expect(error.message).toContain('partition 5 of the topic "t"');
  expect(sender.calls).toHaveLength(4);
});

test('nothing to send is no call', async () => {
  const sender = senderOf([]);
  await dispatch(sender, request(), destination);
  expect(sender.calls).toEqual([]);
});
