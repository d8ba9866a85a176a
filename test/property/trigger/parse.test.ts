import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { parseTrigger } from '../../../lib/trigger/index.ts';

const formEncoded = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');

const s3 = (bucket: string, key: string) => ({
  Records: [
    { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key } } },
  ],
});
const bridge = (bucket: string, key: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: bucket }, object: { key } },
});
const sqs = (event: unknown) => ({
  Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: JSON.stringify(event) }],
});
const envelope = (event: unknown) => ({ Type: 'Notification', Message: JSON.stringify(event) });
const sns = (event: unknown) => ({ Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(event) } }] });
const failed = (event: unknown) => ({ requestContext: {}, requestPayload: event });

/** How each source writes a key that was put into the bucket. */
const sources: Record<string, (bucket: string, key: string) => unknown> = {
  s3: (bucket, key) => s3(bucket, formEncoded(key)),
  's3 elsewhere, a space as %20': (bucket, key) => s3(bucket, encodeURIComponent(key)),
  eventbridge: bridge,
  sqs: (bucket, key) => sqs(s3(bucket, formEncoded(key))),
  'eventbridge in sqs': (bucket, key) => sqs(bridge(bucket, key)),
  'sns in sqs': (bucket, key) => sqs(envelope(s3(bucket, formEncoded(key)))),
  sns: (bucket, key) => sns(s3(bucket, formEncoded(key))),
  'on failure in sqs': (bucket, key) => sqs(failed(s3(bucket, formEncoded(key)))),
  'command, failed, in sqs': (bucket, key) => sqs(failed({ sluice: 'export', bucket, key })),
};

const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });

test.each(Object.entries(sources))('any key survives %s', (_, write) => {
  fc.assert(
    fc.property(anyKey, (key) => {
      expect(parseTrigger(write('bucket', key))).toMatchObject({
        kind: 'objects',
        objects: [{ ref: { bucket: 'bucket', key } }],
        rejected: [],
      });
    }),
  );
});

test('any key survives cos', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const cos = { cosBucket: { name: 'b', appid: '125' }, cosObject: { key: `/125/b/${key}` } };
      const event = { Records: [{ cos, event: { eventName: 'cos:ObjectCreated:Put' } }] };
      expect(parseTrigger(event)).toMatchObject({ objects: [{ ref: { bucket: 'b-125', key } }] });
    }),
  );
});

/** Objects made of the very keys that the parser looks for, so that it gets far before something is wrong. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'aws:s3',
      'aws:sqs',
      'aws:sns',
      'aws.s3',
      'Notification',
      's3:TestEvent',
      'ObjectCreated:Put',
      'check',
      'export',
      '%',
      '{"Records":[{}]}',
    ),
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ...[
          'Records',
          'eventSource',
          'EventSource',
          'eventName',
          's3',
          'bucket',
          'name',
          'object',
          'key',
          'cos',
          'cosBucket',
        ],
        ...[
          'cosObject',
          'appid',
          'event',
          'eventTime',
          'source',
          'detail',
          'detail-type',
          'body',
          'Sns',
          'Message',
          'Type',
        ],
        ...['messageId', 'requestPayload', 'requestContext', 'sluice', 'Event', '__proto__', 'constructor'],
      ),
      tie('tree'),
      { maxKeys: 5 },
    ),
  ),
}));

test('any JSON is understood or refused with a SluiceError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), tree), (event) => {
      try {
        const trigger = parseTrigger(event);
        if (trigger.kind === 'objects') {
          expect(trigger.objects.length + trigger.ignored.length + trigger.rejected.length).toBeGreaterThan(0);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SluiceError);
        expect(error).toMatchObject({ code: 'UnknownEvent', stage: 'trigger', fix: expect.any(String) });
      }
    }),
    { numRuns: 2000 },
  );
});
