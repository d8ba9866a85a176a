import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { topicDeadLetters } from '../../../lib/export/dead-letter.ts';
import { logDeadLetters } from '../../../lib/export/log-dead-letters.ts';
import { failure } from '../../support/rows.ts';

const names = { rule: 'errors', stage: 'prod' };
const source = { bucket: 'logs', key: 'a b/ü.csv', version: 'v1' };
const facts = { ...names, ...source, offset: 10, length: 10, code: 'CastFailed', reason: 'no integer' };

describe('dead letters on a topic', () => {
  it('carry the raw bytes as the value, and the facts as headers', async () => {
    const sent: unknown[] = [];
    const letters = topicDeadLetters({ sendTo: async (...args) => void sent.push(args) }, 'errors.dead', names);
    await letters.put([failure(10), failure(30, { raw: Buffer.from([0xff, 0]) })], source);
    const headers = Object.fromEntries(Object.entries(facts).map(([name, value]) => [`sluice-${name}`, `${value}`]));
    expect(sent).toEqual([
      ['errors.dead', [{ key: Buffer.from('logs/a b/ü.csv@v1:10'), value: Buffer.from('bad'), headers }]],
      [
        'errors.dead',
        [
          {
            key: Buffer.from('logs/a b/ü.csv@v1:30'),
            value: Buffer.from([0xff, 0]),
            headers: { ...headers, 'sluice-offset': '30' },
          },
        ],
      ],
    ]);
  });
});

describe('dead letters in a log group', () => {
  function client(answer: (command: unknown) => unknown = () => ({})) {
    const commands: unknown[] = [];
    const send = async (command: unknown) => {
      commands.push(command);
      return answer(command);
    };
    return { commands, client: { send } as unknown as Parameters<typeof logDeadLetters>[0] };
  }
  const put = (command: unknown) => (command instanceof PutLogEventsCommand ? command.input : undefined);

  it('are one JSON object each, with the raw bytes in base64', async () => {
    const fake = client();
    await logDeadLetters(fake.client, 'dead', names, () => 7).put([failure(10)], source);
    expect(fake.commands[0]).toBeInstanceOf(CreateLogStreamCommand);
    const input = put(fake.commands[1]);
    expect(input).toMatchObject({ logGroupName: 'dead', logStreamName: 'errors-prod' });
    const [event] = input?.logEvents ?? [];
    expect(event?.timestamp).toBe(7);
    expect(JSON.parse(event?.message ?? '')).toEqual({ ...facts, raw: Buffer.from('bad').toString('base64') });
  });

  it('are put in requests that CloudWatch takes', async () => {
    const fake = client();
    const large = Array.from({ length: 5 }, (_, i) => failure(i, { raw: Buffer.alloc(250_000) }));
    await logDeadLetters(fake.client, 'dead', names, () => 7).put(large, source);
    const sizes = fake.commands.flatMap((command) => put(command)?.logEvents ?? []).length;
    expect(sizes).toBe(5);
    for (const command of fake.commands) {
      const bytes = (put(command)?.logEvents ?? []).reduce((sum, event) => sum + (event.message?.length ?? 0) + 26, 0);
      expect(bytes).toBeLessThanOrEqual(1_048_576);
    }
  });

  it('say how to make a log group that is missing', async () => {
    const missing = new ResourceNotFoundException({
      message: 'The specified log group does not exist.',
      $metadata: {},
    });
    const fake = client(() => Promise.reject(missing));
    await expect(logDeadLetters(fake.client, 'dead', names, () => 7).put([failure(10)], source)).rejects.toMatchObject({
      code: 'MissingLogGroup',
      retryable: false,
      fix: 'Create it: aws logs create-log-group --log-group-name dead',
    });
  });
});
