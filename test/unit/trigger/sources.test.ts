import { parseTrigger, type TriggerSource } from '../../../lib/trigger/index.ts';

/** One event of a source, for some keys: as the source writes them. */
type Write = (keys: readonly string[], created: boolean) => unknown;

const s3: Write = (keys, created) => ({
  Records: keys.map((key) => ({
    eventSource: 'aws:s3',
    eventName: created ? 'ObjectCreated:Put' : 'ObjectRemoved:Delete',
    s3: { bucket: { name: 'logs-1' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+') } },
  })),
});
const one: Write = ([key], created) => ({
  source: 'aws.s3',
  'detail-type': created ? 'Object Created' : 'Object Deleted',
  detail: { bucket: { name: 'logs-1' }, object: { key } },
});
const sqs = (bodies: readonly unknown[]) => ({
  Records: bodies.map((body, i) => ({ eventSource: 'aws:sqs', messageId: `m${i}`, body: JSON.stringify(body) })),
});

const writers: Record<TriggerSource, Write> = {
  s3,
  // An event of EventBridge is about one object: several come as several messages of a queue that the bus writes to.
  eventbridge: (keys, created) =>
    keys.length === 1 ? one(keys, created) : sqs(keys.map((key) => one([key], created))),
  sqs: (keys, created) => sqs(keys.map((key) => s3([key], created))),
  sns: (keys, created) => ({
    Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(s3(keys, created)) } }],
  }),
  cos: (keys, created) => ({
    Records: keys.map((key) => ({
      cos: { cosBucket: { name: 'logs', appid: '1' }, cosObject: { key: `/1/logs/${key}` } },
      event: { eventName: created ? 'cos:ObjectCreated:Put' : 'cos:ObjectRemove:Delete' },
    })),
  }),
};

function refs(event: unknown) {
  const trigger = parseTrigger(event);
  return trigger.kind === 'objects' ? trigger.objects.map(({ ref }) => ref) : trigger;
}

describe.each(Object.entries(writers))('%s', (source, write) => {
  test(`[trigger: ${source} × one object]`, () => {
    expect(refs(write(['a.csv'], true))).toEqual([{ bucket: 'logs-1', key: 'a.csv' }]);
  });

  test(`[trigger: ${source} × several objects]`, () => {
    const keys = ['a.csv', 'b.csv', 'c.csv'];
    expect(refs(write(keys, true))).toEqual(keys.map((key) => ({ bucket: 'logs-1', key })));
  });

  test(`[trigger: ${source} × encoded key]`, () => {
    const key = 'a+b 100%20 Zürich 日志 💧.csv';
    expect(refs(write([key], true))).toEqual([{ bucket: 'logs-1', key }]);
  });

  test(`[trigger: ${source} × nothing to do]`, () => {
    expect(parseTrigger(write(['a.csv'], false))).toMatchObject({
      kind: 'objects',
      objects: [],
      ignored: [{ ref: { bucket: 'logs-1', key: 'a.csv' }, reason: expect.stringContaining('not the creation') }],
      rejected: [],
    });
  });
});
