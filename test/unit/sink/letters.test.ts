import type { PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { RAW_LIMIT, SluiceError } from '../../../lib/failure/index.ts';
import type { RecordProducer } from '../../../lib/kafka/contract.ts';
import type { FailedMessage } from '../../../lib/sink/contract.ts';
import { logGroupLetters } from '../../../lib/sink/letters/log-group.ts';
import { topicLetters } from '../../../lib/sink/letters/topic.ts';
import { messageAt } from '../../support/sink-fakes.ts';

const NAMES = { rule: 'words', stage: 'prod' };
const RAW = Buffer.from([0xff, 0, 0x41]);

const failed = (offset: number, value: Uint8Array | null = RAW): FailedMessage => ({
  message: {
    ...messageAt(offset),
    key: Buffer.from('k'),
    value,
    headers: [
      { name: 'trace', value: Buffer.from('1') },
      { name: 'trace', value: Buffer.from('2') },
    ],
  },
  code: 'NotNull',
  reason: 'null in id',
  at: 'write',
  sqlState: '23502',
});

type Letters = Parameters<RecordProducer['sendTo']>[1];

/** A topic that takes letters of so many bytes of value. */
function topicOf(most = Number.POSITIVE_INFINITY) {
  const requests: Letters[] = [];
  const producer = {
    async sendTo(_topic: string, letters: Letters) {
      const bytes = letters.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      if (bytes > most) throw new SluiceError('MessageTooLarge', 'too large', { stage: 'kafka' });
      requests.push(letters);
    },
    close: async () => undefined,
  };
  return { requests, letters: topicLetters(producer, 'errors.dead', NAMES) };
}

describe('letters on a topic', () => {
  it('are the message as it was, keyed by where it stood, with what is said of it in headers', async () => {
    const { requests, letters } = topicOf();
    await letters.put([failed(7)]);
    const [[letter] = []] = requests;
    expect(letter).toEqual({
      key: Buffer.from('errors-0-7'),
      value: RAW,
      headers: {
        trace: [Buffer.from('1'), Buffer.from('2')],
        'sluice-dead-rule': 'words',
        'sluice-dead-stage': 'prod',
        'sluice-dead-topic': 'errors',
        'sluice-dead-partition': '0',
        'sluice-dead-offset': '7',
        'sluice-dead-timestamp': '1007',
        'sluice-dead-code': 'NotNull',
        'sluice-dead-reason': 'null in id',
        'sluice-dead-at': 'write',
        'sluice-dead-sqlstate': '23502',
        'sluice-dead-key': Buffer.from('k'),
      },
    });
  });

  it('keep a tombstone one', async () => {
    const { requests, letters } = topicOf();
    await letters.put([failed(1, null)]);
    expect(requests[0]?.[0]?.value).toBeNull();
  });

  it('go together up to half a megabyte', async () => {
    const { requests, letters } = topicOf();
    await letters.put(Array.from({ length: 5 }, (_, i) => failed(i, Buffer.alloc(200_000))));
    expect(requests.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it('that the topic does not take together go one by one, and what is too large alone is cut and says so', async () => {
    const { requests, letters } = topicOf(RAW_LIMIT);
    await letters.put([
      failed(0, Buffer.alloc(200_000)),
      failed(1, Buffer.alloc(200_000)),
      failed(2, Buffer.alloc(400_000)),
    ]);
    expect(requests.map((request) => request.map(({ value }) => value?.length))).toEqual([
      [200_000],
      [200_000],
      [RAW_LIMIT],
    ]);
    expect(requests[2]?.[0]?.headers).toMatchObject({ 'sluice-dead-length': '400000' });
  });

  it('fail with what the topic says when even cut they are too large', async () => {
    await expect(topicOf(10).letters.put([failed(0, Buffer.alloc(400_000))])).rejects.toMatchObject({
      code: 'MessageTooLarge',
    });
  });
});

describe('letters in a log group', () => {
  it('are a JSON object each, with the bytes in base64', async () => {
    const sent: PutLogEventsCommand['input'][] = [];
    const client = { send: async (command: { input: PutLogEventsCommand['input'] }) => void sent.push(command.input) };
    const letters = logGroupLetters(client as never, 'dead', NAMES, () => 5);
    await letters.put([failed(7), failed(8, Buffer.alloc(RAW_LIMIT + 1)), failed(9, null)]);
    const events = sent.flatMap(({ logEvents = [] }) => logEvents).map(({ message = '' }) => JSON.parse(message));
    expect(events[0]).toEqual({
      letter: 'errors-0-7',
      ...NAMES,
      topic: 'errors',
      partition: 0,
      offset: 7,
      timestamp: 1007,
      code: 'NotNull',
      reason: 'null in id',
      at: 'write',
      sqlstate: '23502',
      key: Buffer.from('k').toString('base64'),
      value: RAW.toString('base64'),
      length: 3,
      headers: [
        { name: 'trace', value: Buffer.from('1').toString('base64') },
        { name: 'trace', value: Buffer.from('2').toString('base64') },
      ],
    });
    expect(Buffer.from(events[1].value, 'base64')).toHaveLength(RAW_LIMIT);
    expect(events[1].length).toBe(RAW_LIMIT + 1);
    expect(events[2]).toMatchObject({ value: null });
  });
});
