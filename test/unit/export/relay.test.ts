import type { InvokeCommand } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { openFailedQueue } from '../../../lib/export/failed-queue.ts';
import { lambdaRelay } from '../../../lib/export/relay.ts';
import { parseTrigger } from '../../../lib/trigger/index.ts';

const REF = { bucket: 'logs', key: 'a b.csv', versionId: 'v1' };
const CONTINUATION = {
  version: 'v1',
  chain: 'r0',
  part: 2,
  position: { byte: 5, counts: { sent: 1 } },
  trigger: 's3',
  rule: 'h1',
};

describe('handing an object on', () => {
  const invoked: InvokeCommand['input'][] = [];
  const sent: [string, number | undefined][] = [];
  const client = { send: async ({ input }: InvokeCommand) => void invoked.push(input) };
  const queue = { send: async (body: string, after?: number) => void sent.push([body, after]) };
  const relay = lambdaRelay('errors-test', queue, client as never);

  it('at once: the function invokes itself, and does not wait for itself', async () => {
    await relay.handOn(REF, CONTINUATION);
    const [input] = invoked;
    expect(input).toMatchObject({ FunctionName: 'errors-test', InvocationType: 'Event' });
    const event: unknown = JSON.parse(Buffer.from(input?.Payload as Uint8Array).toString());
    expect(parseTrigger(event)).toEqual({
      kind: 'command',
      command: { sluice: 'continue', ref: REF, continuation: CONTINUATION },
    });
    expect(sent).toEqual([]);
  });

  it('later: through the queue, where it is understood as well', async () => {
    await relay.handOn(REF, CONTINUATION, 60);
    const [[body = '', after] = []] = sent;
    expect(after).toBe(60);
    const record = { eventSource: 'aws:sqs', messageId: 'm0', body };
    expect(parseTrigger({ Records: [record] })).toMatchObject({
      kind: 'objects',
      objects: [{ ref: REF, continuation: CONTINUATION, messageId: 'm0' }],
    });
  });
});

test('the queue is looked for when it is needed, once, and again after a failure', async () => {
  const asked: string[] = [];
  let down = true;
  const client = {
    send: async (command: object) => {
      asked.push(command.constructor.name);
      if (down) throw new Error('no route');
      return { QueueUrl: 'http://queue' };
    },
    destroy: () => undefined,
  };
  const queue = openFailedQueue('errors-test-failed', client as unknown as SQSClient);
  expect(asked).toEqual([]);
  await expect(queue.send('{}')).rejects.toThrow('no route');
  down = false;
  await queue.send('{}', 30);
  await queue.postpone('handle', 60);
  expect(asked).toEqual([
    'GetQueueUrlCommand',
    'GetQueueUrlCommand',
    'SendMessageCommand',
    'ChangeMessageVisibilityCommand',
  ]);
});
