import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ObjectEvent, parseTrigger, type Trigger } from '../../../lib/trigger/index.ts';

const folder = join(__dirname, '../../../events');
const sample = (name: string): Trigger => parseTrigger(JSON.parse(readFileSync(join(folder, name), 'utf8')));

const ref = { bucket: 'my-logs-local', key: 'access/2026/11/20/access.csv.gz' };
const created: Omit<ObjectEvent, 'source'> = {
  ref,
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-11-20T08:05:12.348Z',
  size: 5242880,
  etag: '9b2cf535f27731c974343645a3985328',
  sequencer: '0065A1B2C3D4E5F607',
};
const bridged = { ...created, eventName: 'ObjectCreated:PutObject', eventTime: '2026-11-20T08:05:12Z' };
const objects = (list: readonly ObjectEvent[], ignored: readonly unknown[] = []) => ({
  kind: 'objects',
  objects: list,
  ignored,
  rejected: [],
});
const testEvent = expect.stringContaining('s3:TestEvent');

const samples: Record<string, unknown> = {
  's3.json': objects([{ source: 's3', ...created }]),
  's3-several.json': objects(
    [
      { source: 's3', ...created },
      {
        source: 's3',
        ...created,
        ref: { ...ref, key: 'access/2026/11/20/a+b 100%20 Zürich 日志.csv.gz' },
        eventName: 'ObjectCreated:CompleteMultipartUpload',
        size: 20971520,
        etag: '4e9f4a2d5c1f0b7c6a3e2d1f0b9c8a7d-3',
        sequencer: '0065A1B2C3D4E5F608',
      },
      {
        source: 's3',
        ...created,
        ref: { ...ref, versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko' },
        eventName: 'ObjectCreated:Copy',
        sequencer: '0065A1B2C3D4E5F609',
      },
    ],
    [
      {
        reason: 'ObjectRemoved:Delete: not the creation of an object',
        ref: { ...ref, key: 'access/2026/11/19/access.csv.gz' },
      },
    ],
  ),
  's3-test-event.json': { kind: 'test', reason: testEvent },
  'eventbridge.json': objects([{ source: 'eventbridge', ...bridged }]),
  'sqs.json': objects(
    [
      { source: 'sqs', ...created, messageId: '059f36b4-87a3-44ab-83d2-661975830a7d' },
      { source: 'sqs', ...bridged, messageId: '7d5fca52-6d3e-4c4b-9b2f-6a5d0d4b1f33' },
    ],
    [{ reason: testEvent, messageId: '2e1424d4-f796-459a-8184-9c92662be6da' }],
  ),
  'sqs-sns.json': objects([{ source: 'sqs', ...created, messageId: 'd9144555-9a4f-4ec3-99a0-fc4e625a8db2' }]),
  'sns.json': objects([{ source: 'sns', ...created }]),
  'cos.json': objects([
    {
      source: 'cos',
      // The application id of this sample is `local`, so that its bucket is the one that the local stack has.
      ref,
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-11-20T08:05:12.000Z',
      size: 5242880,
    },
  ]),
  'on-failure.json': objects([{ source: 'sqs', ...created, messageId: '3b1f7a40-6f0b-4a3c-8c93-0e5fbd2a9f10' }]),
};

/** Expected in sink-event.test.ts. */
const OF_SINKS = ['kafka.json', 'msk.json'];

test('every sample has its expectation', () => {
  expect(readdirSync(folder).sort()).toEqual([...Object.keys(samples), ...OF_SINKS].sort());
});

test.each(Object.entries(samples))('%s', (name, expected) => {
  expect(sample(name)).toEqual(expected);
});
