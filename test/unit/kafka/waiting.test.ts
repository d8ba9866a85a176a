/** How long a call to Kafka is waited for, and what is asked again. */
import { SluiceError } from '../../../lib/failure/index.ts';
import { bounded } from '../../../lib/kafka/bounded.ts';
import { untilReady } from '../../../lib/kafka/patience.ts';

const failure = (code: string) => new SluiceError(code, 'told by the broker', { stage: 'kafka' });
const never = new Promise<never>(() => undefined);
const LATE = failure('BrokerTimeout');
const late = () => LATE;

describe('bounded', () => {
  const going = () => new AbortController().signal;

  test('gives what the work gives', async () => {
    expect(await bounded(Promise.resolve(1), 1_000, late, going())).toBe(1);
    await expect(bounded(Promise.reject(failure('MissingTopic')), 1_000, late, going())).rejects.toMatchObject({
      code: 'MissingTopic',
    });
  });

  test('does not wait for longer than it may', async () => {
    await expect(bounded(never, 1, late, going())).rejects.toBe(LATE);
  });

  test('ends when it is told to, before or while it waits', async () => {
    const stop = new AbortController();
    const waiting = bounded(never, 60_000, late, stop.signal);
    stop.abort(failure('ChannelDropped'));
    await expect(waiting).rejects.toMatchObject({ code: 'ChannelDropped' });
    await expect(bounded(never, 60_000, late, stop.signal)).rejects.toMatchObject({ code: 'ChannelDropped' });
  });
});

describe('untilReady', () => {
  test('asks again while the broker is not ready', async () => {
    let asked = 0;
    const answer = await untilReady(async () => {
      if (++asked < 4) throw failure('BrokerNotReady');
      return 'there';
    });
    expect([answer, asked]).toEqual(['there', 4]);
  });

  test.each(['ProducerFenced', 'BrokerTimeout'])('does not ask again after %s', async (code) => {
    let asked = 0;
    const asking = untilReady(async () => {
      asked++;
      throw failure(code);
    });
    await expect(asking).rejects.toMatchObject({ code });
    expect(asked).toBe(1);
  });
});
