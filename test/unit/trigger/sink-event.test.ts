import { readFileSync } from 'node:fs';
import { parseSinkEvent } from '../../../lib/trigger/sink-event.ts';
import { caught } from '../../support/caught.ts';

const sample = (name: string): unknown => JSON.parse(readFileSync(`events/${name}.json`, 'utf8'));
const record = (extra: object = {}) => ({ topic: 't', partition: 0, offset: 1, timestamp: 5, ...extra });
const event = (...records: unknown[]) => ({ eventSource: 'SelfManagedKafka', records: { 't-0': records } });
const batches = (of: unknown) => {
  const trigger = parseSinkEvent(of);
  return trigger.kind === 'messages' ? trigger.batches : [];
};
const messages = (of: unknown) => batches(of).flatMap((batch) => batch.messages);

describe('an event of Kafka', () => {
  it('self-managed: keys, values, headers, a tombstone', () => {
    expect(batches(sample('kafka'))).toEqual([
      {
        topic: 'errors',
        partition: 99,
        messages: [
          {
            topic: 'errors',
            partition: 99,
            offset: 15,
            timestamp: 1767225600000,
            key: Buffer.from('req-1'),
            value: Buffer.from('{"request_id":"req-1","status":500,"uri":"/api/orders"}'),
            headers: [{ name: 'sluice-bucket', value: new Uint8Array(Buffer.from('my-logs')) }],
          },
          expect.objectContaining({ offset: 17, value: null, headers: [] }),
        ],
      },
    ]);
  });

  it('MSK: a batch for each partition', () => {
    expect(
      batches(sample('msk')).map(({ topic, partition, messages: { length } }) => [topic, partition, length]),
    ).toEqual([
      ['errors', 98, 1],
      ['errors', 99, 1],
    ]);
  });

  it('several topics whose names run into each other', () => {
    const named = {
      eventSource: 'aws:kafka',
      records: { 'a-1-0': [record({ topic: 'a-1' })], 'a-1': [record({ topic: 'a', partition: 1 })] },
    };
    expect(batches(named).map(({ topic, partition }) => [topic, partition])).toEqual([
      ['a-1', 0],
      ['a', 1],
    ]);
  });

  it.each([
    ['no records', {}],
    ['an empty list', { 't-0': [] }],
    ['no records at all', undefined],
  ])('without messages gives no batch: %s', (_, records) => {
    expect(batches({ eventSource: 'aws:kafka', records })).toEqual([]);
  });

  it('an empty value is none of a tombstone', () => {
    expect(
      messages(event(record({ value: '' }), record({ offset: 2, value: null }), record({ offset: 3 }))),
    ).toMatchObject([{ value: Buffer.alloc(0) }, { value: null }, { value: null }]);
  });

  it('headers may come twice, and their bytes may be negative as in Java', () => {
    const headers = [{ a: [-1, 65] }, { a: [66] }];
    expect(messages(event(record({ headers })))[0]?.headers).toEqual([
      { name: 'a', value: Uint8Array.from([255, 65]) },
      { name: 'a', value: Uint8Array.from([66]) },
    ]);
  });

  it('messages come in order, and each once', () => {
    const offsets = [3, 1, 2, 2].map((offset) => record({ offset }));
    expect(messages(event(...offsets)).map(({ offset }) => offset)).toEqual([1, 2, 3]);
  });
});

describe('what is no such event is told with its place and no value', () => {
  it.each([
    [undefined, 'it is nothing'],
    [{ Records: [] }, 'it is an object with the keys "Records"'],
    [{ eventSource: 'aws:kafka', records: [] }, 'its records are a list'],
    [{ eventSource: 'aws:kafka', records: { 't-0': 5 } }, 'records of t-0 are a number'],
    [event('secret'), 'record 0 of t-0 is a string'],
    [event(record({ topic: '' })), 'topic of record 0 of t-0 is a string; expected a name'],
    [event(record(), record({ partition: -1 })), 'partition of record 1 of t-0'],
    [event(record({ offset: '7' })), 'offset of record 0 of t-0 is a string; expected a whole number'],
    [event(record({ timestamp: null })), 'timestamp of record 0'],
    [event(record({ key: 1 })), 'key of record 0'],
    [event(record({ value: { secret: 1 } })), 'value of record 0 of t-0 is an object'],
    [event(record({ headers: 'secret' })), 'headers of record 0'],
    [event(record({ headers: ['secret'] })), 'a header of record 0'],
    [event(record({ headers: [{ a: 'secret' }] })), 'the header "a" of record 0 of t-0 is no list of bytes'],
    [{ sluice: 'export' }, 'expected check, stops or resume'],
    [{ sluice: 'resume', partition: 1 }, 'beside a topic'],
  ])('%j', (of, words) => {
    const error = caught(() => parseSinkEvent(of)) as Error;
    expect(error).toMatchObject({ code: 'UnknownEvent', stage: 'trigger', fix: expect.stringContaining('events/') });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret');
  });
});

it.each([
  [{ sluice: 'check' }, { sluice: 'check' }],
  [{ sluice: 'stops', more: 1 }, { sluice: 'stops' }],
  [{ sluice: 'resume' }, { sluice: 'resume' }],
  [
    { sluice: 'resume', skip: true },
    { sluice: 'resume', skip: true },
  ],
  [
    { sluice: 'resume', topic: 't', partition: 0, recreated: true },
    { sluice: 'resume', topic: 't', partition: 0, recreated: true },
  ],
])('the command %j', (of, command) => {
  expect(parseSinkEvent(of)).toEqual({ kind: 'command', command });
});
