import { SluiceError } from '../../../lib/failure/index.ts';
import { parseTrigger, type Trigger } from '../../../lib/trigger/index.ts';

const s3 = (key: string, extra: object = {}, eventName = 'ObjectCreated:Put') => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'b' }, object: { key, ...extra } },
});
const sqs = (body: unknown, messageId = 'm') => ({
  eventSource: 'aws:sqs',
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const cos = (key: string, cosBucket: object, event: object = { eventName: 'cos:ObjectCreated:Put' }) => ({
  Records: [{ cos: { cosBucket, cosObject: { key } }, event }],
});
const failed = (requestPayload: unknown) => ({ requestContext: { condition: 'RetriesExhausted' }, requestPayload });

function objectsOf(event: unknown) {
  const trigger = parseTrigger(event);
  if (trigger.kind !== 'objects') throw new Error(`kind ${trigger.kind}`);
  return trigger;
}

function refused(event: unknown): SluiceError {
  try {
    parseTrigger(event);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('it was understood');
}

describe('keys', () => {
  test.each([
    ['a+b', 'a b'],
    ['a%20b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['100%25', '100%'],
    ['a%2520b', 'a%20b'],
    ['%E6%97%A5%E5%BF%97/%F0%9F%92%A7', '日志/💧'],
    ['日志', '日志'],
  ])('S3 writes %s for %s', (encoded, key) => {
    expect(objectsOf({ Records: [s3(encoded)] }).objects[0]?.ref).toEqual({ bucket: 'b', key });
  });

  test.each(['a+b', 'a%20b', '100%', '日志/💧'])('EventBridge and COS write %s as it is', (key) => {
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'b' }, object: { key } },
    };
    expect(objectsOf(event).objects[0]?.ref).toEqual({ bucket: 'b', key });
    expect(objectsOf(cos(`/125/b/${key}`, { name: 'b', appid: '125' })).objects[0]?.ref).toEqual({
      bucket: 'b-125',
      key,
    });
  });

  test('a key that is not encoded as S3 does is refused, not guessed', () => {
    expect(refused({ Records: [s3('100%')] }).message).toContain('form-encoded key');
  });
});

describe('versions', () => {
  test.each([[undefined], [null], [''], ['null']])('%p is none', (versionId) => {
    expect(objectsOf({ Records: [s3('k', { versionId })] }).objects[0]?.ref).toEqual({ bucket: 'b', key: 'k' });
  });

  test('of EventBridge and COS', () => {
    const object = { key: 'k', 'version-id': 'v1' };
    const event = { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'b' }, object } };
    expect(objectsOf(event).objects[0]?.ref.versionId).toBe('v1');
    const record = {
      cos: { cosBucket: { name: 'b', appid: 1 }, cosObject: { key: '/1/b/k', vid: 'v2' } },
      event: { eventName: 'cos:ObjectCreated:Put' },
    };
    expect(objectsOf({ Records: [record] }).objects[0]?.ref).toEqual({ bucket: 'b-1', key: 'k', versionId: 'v2' });
  });
});

describe('what is no new object is ignored, and says so', () => {
  test.each([
    ['ObjectRemoved:Delete', { Records: [s3('k', {}, 'ObjectRemoved:Delete')] }],
    ['ObjectRestore:Completed', { Records: [s3('k', {}, 's3:ObjectRestore:Completed')] }],
    [
      'Object Deleted',
      { source: 'aws.s3', 'detail-type': 'Object Deleted', detail: { bucket: { name: 'b' }, object: { key: 'k' } } },
    ],
    ['ObjectRemove:Delete', cos('/1/b/k', { name: 'b', appid: '1' }, { eventName: 'cos:ObjectRemove:Delete' })],
  ])('%s', (name, event) => {
    const { objects, ignored } = objectsOf(event);
    expect(objects).toEqual([]);
    expect(ignored).toMatchObject([{ reason: `${name}: not the creation of an object`, ref: { key: 'k' } }]);
  });

  test('s3:TestEvent in a queue', () => {
    const { objects, ignored } = objectsOf({ Records: [sqs({ Event: 's3:TestEvent', Bucket: 'b' })] });
    expect(objects).toEqual([]);
    expect(ignored).toEqual([{ reason: expect.stringContaining('s3:TestEvent'), messageId: 'm' }]);
  });
});

describe('COS', () => {
  test('a bucket whose name already ends with the application id', () => {
    for (const path of ['/125/b/k', '/125/b-125/k']) {
      expect(objectsOf(cos(path, { name: 'b-125', appid: '125' })).objects[0]?.ref).toEqual({
        bucket: 'b-125',
        key: 'k',
      });
    }
  });

  test.each(['/125/c/k', '/126/b/k', 'k', '/125/b/'])('refuses the key %s of bucket b of 125', (path) => {
    expect(refused(cos(path, { name: 'b', appid: '125' })).message).toContain('/appid/bucket/path');
  });

  test('a time out of range is left out', () => {
    const event = cos('/1/b/k', { name: 'b', appid: '1' }, { eventName: 'cos:ObjectCreated:Put', eventTime: 1e300 });
    expect(objectsOf(event).objects[0]).not.toHaveProperty('eventTime');
  });
});

describe('queues', () => {
  test('a message that cannot be understood does not hold up the others', () => {
    const { objects, rejected } = objectsOf({
      Records: [sqs('{', 'bad'), sqs({ Records: [s3('k')] }, 'good'), sqs({ a: 1 }, 'odd')],
    });
    expect(objects).toMatchObject([{ messageId: 'good', source: 'sqs', ref: { key: 'k' } }]);
    expect(rejected.map(({ messageId, error }) => [messageId, error.code])).toEqual([
      ['bad', 'UnknownEvent'],
      ['odd', 'UnknownEvent'],
    ]);
  });

  test('messages that are all wrong are each answered for', () => {
    expect(objectsOf({ Records: [sqs('', '1'), sqs('7', '2')] }).rejected.map((one) => one.messageId)).toEqual([
      '1',
      '2',
    ]);
  });

  test('what came back from a failure answers for the message it came in now', () => {
    const { objects } = objectsOf({ Records: [sqs(failed({ Records: [sqs({ Records: [s3('k')] }, 'old')] }), 'new')] });
    expect(objects).toMatchObject([{ messageId: 'new', ref: { key: 'k' } }]);
  });

  test('an export that failed comes back as an object, a check as nothing', () => {
    const { objects, ignored } = objectsOf({
      Records: [
        sqs(failed({ sluice: 'export', bucket: 'b', key: 'a+b', again: true }), '1'),
        sqs(failed({ sluice: 'check' }), '2'),
      ],
    });
    expect(objects).toEqual([
      {
        source: 'sqs',
        ref: { bucket: 'b', key: 'a+b' },
        eventName: 'ObjectCreated:Sluice',
        again: true,
        messageId: '1',
      },
    ]);
    expect(ignored).toMatchObject([{ messageId: '2' }]);
  });

  test('envelopes without end are refused', () => {
    let event: unknown = { Records: [s3('k')] };
    for (let i = 0; i < 12; i++) event = { Type: 'Notification', Message: JSON.stringify(event) };
    expect(refused(event).message).toContain('inside at most 8 others');
  });
});

describe('commands', () => {
  test.each<[unknown, Extract<Trigger, { kind: 'command' }>['command']]>([
    [{ sluice: 'check' }, { sluice: 'check' }],
    [
      { sluice: 'export', bucket: 'b', key: 'a+b%' },
      { sluice: 'export', ref: { bucket: 'b', key: 'a+b%' }, again: false },
    ],
    [
      { sluice: 'export', bucket: 'b', key: 'k', versionId: 'v', again: true },
      { sluice: 'export', ref: { bucket: 'b', key: 'k', versionId: 'v' }, again: true },
    ],
    [
      { sluice: 'export', bucket: 'b', key: 'k', resume: true },
      { sluice: 'export', ref: { bucket: 'b', key: 'k' }, again: false, resume: true },
    ],
    [failed({ sluice: 'check' }), { sluice: 'check' }],
  ])('%j', (event, command) => {
    expect(parseTrigger(event)).toEqual({ kind: 'command', command });
  });

  test.each([
    [{ sluice: 'drain' }, 'check, replay, export or continue in sluice'],
    [{ sluice: 'export', bucket: 'b' }, 'bucket and key beside sluice: export'],
    [{ sluice: 'export', bucket: 'b', key: 'k', again: 'yes' }, 'true or false in again'],
    [{ sluice: 'export', bucket: 'b', key: 'k', resume: 1 }, 'true or false in resume'],
  ])('%j is refused', (event, expected) => {
    expect(refused(event)).toMatchObject({
      code: 'UnknownEvent',
      stage: 'trigger',
      retryable: false,
      message: expect.stringContaining(expected),
    });
  });
});

describe('what is no event', () => {
  test.each([
    [undefined, 'it is nothing'],
    [null, 'it is nothing'],
    [7, 'it is a number'],
    ['secret', 'it is a string'],
    [[], 'it is a list'],
    [{}, 'an object without keys'],
    [{ Records: [] }, 'the keys "Records"'],
    [{ password: 'hunter2', other: 1 }, 'the keys "password", "other"'],
    [{ Records: [{ eventSource: 'aws:kinesis', data: 'hunter2' }] }, 'the keys "eventSource", "data"'],
    [Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])), 'and 8 more'],
  ])('%j', (event, told) => {
    const error = refused(event);
    expect(error.message).toContain(told);
    expect(error.message).not.toContain('hunter2');
    expect(error.fix).toContain('events/');
  });
});
