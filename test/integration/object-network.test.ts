import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import { s3Store } from '../../lib/object/s3-store.ts';
import { drain } from '../support/chunks.ts';
import { failureOf } from '../support/failure.ts';
import { S3Server, type Trouble } from '../support/s3-server.ts';

const MIB = 1024 * 1024;
const object = randomBytes(3 * MIB + 12_345);
const ref = { bucket: 'logs', key: 'a+b/日志 %20.csv' };

let server: S3Server;
let endpoint: string;
let store: ObjectStore;
let info: ObjectInfo;

beforeEach(async () => {
  server = new S3Server(object);
  endpoint = await server.listen();
  store = connect();
  info = await store.head(ref);
  server.requests.length = 0;
});

afterEach(async () => {
  store.close();
  await server.close();
});

function connect(silenceMs?: number): ObjectStore {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const tuning = {
    partBytes: MIB,
    parallel: 3,
    backoff: async () => {},
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
  return s3Store({ endpoint, region: 'us-east-1', credentials, ...tuning });
}

/** Trouble for the first request of each kind only. */
const once = (trouble: Trouble) => {
  let left = 1;
  return () => (left-- > 0 ? trouble : undefined);
};

async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

test('the head, with the ETag without its quotes, and the key as it is', () => {
  expect(info).toEqual({ ...ref, etag: 'etag-1', size: object.length, lastModified: new Date('2026-11-20T08:05:12Z') });
});

test('all bytes in order, by parts', async () => {
  expect((await drain(store.read(info))).bytes.equals(object)).toBe(true);
  expect(server.requests.map(({ from }) => from)).toEqual([0, MIB, 2 * MIB, 3 * MIB]);
  expect(server.requests[0]?.url).toContain('/logs/a%2Bb/%E6%97%A5%E5%BF%97%20%2520.csv');
});

test('a range, also beyond the end', async () => {
  expect((await drain(store.read(info, { from: 10, to: 20 }))).bytes.equals(object.subarray(10, 20))).toBe(true);
  expect((await drain(store.read(info, { from: object.length - 3, to: 1e12 }))).bytes).toHaveLength(3);
  expect((await drain(store.read(info, { from: object.length + 5 }))).bytes).toHaveLength(0);
});

test('connections that break in the middle are resumed at the byte where they broke', async () => {
  server.trouble = (_, index) => (index < 5 ? { kind: 'cut', after: 200_000 + index } : undefined);
  const { bytes, error } = await drain(store.read(info));
  expect(error).toBeUndefined();
  expect(bytes.equals(object)).toBe(true);
  expect(server.requests.length).toBe(9);
  expect(server.requests.some(({ from }) => from > 0 && from % MIB !== 0)).toBe(true);
});

test('a connection that falls silent is given up and resumed', async () => {
  const impatient = connect(300);
  server.trouble = once({ kind: 'hang', after: 100_000 });
  const { bytes, error } = await drain(impatient.read(info));
  impatient.close();
  expect(error).toBeUndefined();
  expect(bytes.equals(object)).toBe(true);
});

test('SlowDown is waited out', async () => {
  server.trouble = (_, index) => (index < 7 ? { kind: 'answer', status: 503, code: 'SlowDown' } : undefined);
  expect((await drain(store.read(info))).bytes.equals(object)).toBe(true);
});

test('a store that stays down is given up', async () => {
  server.trouble = () => ({ kind: 'cut', after: 0 });
  const { error } = await drain(store.read(info));
  expect(error).toMatchObject({ code: 'StoreUnavailable', retryable: true, context: { bucket: 'logs', key: ref.key } });
});

test('an object that was overwritten meanwhile is not mixed with what was read', async () => {
  server.trouble = ({ from }) => {
    if (from === 2 * MIB) server.etag = 'etag-2';
    return undefined;
  };
  const { bytes, error } = await drain(store.read(info));
  expect(error).toMatchObject({ code: 'ObjectChanged', retryable: false });
  expect(object.subarray(0, bytes.length).equals(bytes)).toBe(true);
});

test('a store that ignores ranges is refused, before a wrong byte', async () => {
  server.trouble = () => ({ kind: 'no-range' });
  const { bytes, error } = await drain(store.read(info, { from: 5, to: 50 }));
  expect(error).toMatchObject({ code: 'UnsupportedStore', retryable: false });
  expect(bytes).toHaveLength(0);
});

describe('connections', () => {
  test('end at once with the signal', async () => {
    server.trouble = () => ({ kind: 'hang', after: 1000 });
    const aborter = new AbortController();
    const reader = store.read(info, { signal: aborter.signal })[Symbol.asyncIterator]();
    await reader.next();
    await settled(() => server.requests.length === 3);
    const waiting = reader.next();
    aborter.abort(new Error('the deadline'));
    await expect(waiting).rejects.toThrow('the deadline');
    await settled(() => server.sockets <= 1);
  });

  test('end when the reader stops early', async () => {
    server.trouble = () => ({ kind: 'hang', after: 1000 });
    for await (const _ of store.read(info)) break;
    // The one that was kept alive after `head` may stay.
    await settled(() => server.sockets <= 1);
  });

  test('are used again by the next part', async () => {
    await drain(store.read(info));
    await drain(store.read(info));
    expect(server.requests).toHaveLength(8);
    expect(server.connections).toBeLessThanOrEqual(4);
  });
});

describe('what the answer to HEAD leaves open, a GET tells', () => {
  test.each([
    [404, 'NoSuchBucket', '', 'MissingBucket'],
    [404, 'NoSuchKey', '', 'MissingObject'],
    [403, 'AccessDenied', 'Access Denied', 'AccessDenied'],
    [403, 'AccessDenied', 'not authorized to perform: kms:Decrypt', 'KeyDenied'],
    [403, 'InvalidAccessKeyId', '', 'BadCredentials'],
  ])('%d %s %s: %s', async (status, code, message, expected) => {
    server.trouble = () => ({ kind: 'answer', status, code, message });
    expect(await failureOf(store.head(ref))).toMatchObject({ code: expected, retryable: false, context: ref });
  });

  test.each([301, 400])('%d with the region of the bucket', async (status) => {
    server.trouble = () => ({ kind: 'answer', status, headers: { 'x-amz-bucket-region': 'eu-central-1' } });
    expect(await failureOf(store.head(ref))).toMatchObject({
      code: 'WrongRegion',
      message: expect.stringContaining('eu-central-1'),
    });
  });

  test('a store that cannot be reached', async () => {
    await server.close();
    expect(await failureOf(store.head(ref))).toMatchObject({
      code: 'StoreUnavailable',
      retryable: true,
      message: expect.stringContaining('ECONN'),
    });
  });
});
