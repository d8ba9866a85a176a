import { randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '../../lib/object/contract.ts';
import { open } from '../../lib/object/open.ts';
import { s3Store } from '../../lib/object/s3-store.ts';
import { drain } from '../support/chunks.ts';
import { failureOf } from '../support/failure.ts';
import { describeWith } from '../support/stack.ts';

describe.each(['aws', 'localstack'] as const)('%s', (server) => {
  describeWith(server, 'an S3 store', (endpoints) => {
    const { url: endpoint, region, accessKeyId, secretAccessKey } = endpoints[server];
    const access = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    const bucket = `object-${randomUUID()}`;
    const client = new S3Client({ ...access, forcePathStyle: true });
    let store: ObjectStore;

    const put = async (key: string, body: Uint8Array | string) => {
      const Body = Buffer.from(body);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength: Body.length }));
      return { bucket, key };
    };

    beforeAll(async () => {
      store = s3Store(access);
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
    });

    afterAll(() => {
      store.close();
      client.destroy();
    });

    test.each(['plain.csv', 'a+b c%20d.csv', '日志/Zürich 💧.csv', "it's (1)*!~&=?#.csv"])(
      'the key %s, by name and in a list',
      async (key) => {
        const ref = await put(`keys/${key}`, key);
        const info = await store.head(ref);
        expect(info).toMatchObject({
          ...ref,
          size: Buffer.byteLength(key),
          etag: expect.stringMatching(/^[0-9a-f]{32}$/),
        });
        expect(Math.abs(Date.now() - info.lastModified.getTime())).toBeLessThan(120_000);
        expect((await drain(store.read(info))).bytes.toString()).toBe(key);
        const listed = [];
        for await (const each of store.list(bucket, `keys/${key}`)) listed.push(each);
        expect(listed).toMatchObject([{ ...ref, size: info.size, etag: info.etag }]);
      },
    );

    test('a large object, by parts at once, from anywhere', async () => {
      const content = randomBytes(20 * 1024 * 1024 + 7);
      const info = await store.head(await put('large.bin', content));
      expect((await drain(store.read(info))).bytes.equals(content)).toBe(true);
      const from = 9 * 1024 * 1024 + 1;
      expect((await drain(store.read(info, { from }))).bytes.equals(content.subarray(from))).toBe(true);
    });

    test('an empty object', async () => {
      const info = await store.head(await put('empty.csv', ''));
      expect(info.size).toBe(0);
      expect((await drain(store.read(info))).bytes).toHaveLength(0);
    });

    test('a compressed object goes on at a byte of its text', async () => {
      const ref = await put('log.csv', gzipSync('one\ntwo\nthree\n'));
      const { bytes, compression } = await open(store, ref, { compression: 'auto', from: 4 });
      expect(compression).toBe('gzip');
      expect((await drain(bytes)).bytes.toString()).toBe('two\nthree\n');
    });

    test('more keys than one answer lists, in order', async () => {
      const small = new S3Client({ ...access, forcePathStyle: true });
      small.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, MaxKeys: 2 } }), {
        step: 'initialize',
      });
      const keys = ['many/a', 'many/b', 'many/c d', 'many/d', 'many/e'];
      for (const key of keys) await put(key, '');
      const listed: string[] = [];
      for await (const info of s3Store({ client: small }).list(bucket, 'many/')) listed.push(info.key);
      small.destroy();
      expect(listed).toEqual(keys);
    });

    test('a prefix that nothing has', async () => {
      for await (const info of store.list(bucket, 'nothing/')) throw new Error(`listed ${info.key}`);
    });

    test('an object that was overwritten after the head', async () => {
      const info = await store.head(await put('changing.csv', 'first'));
      await put('changing.csv', 'other');
      expect((await drain(store.read(info))).error).toMatchObject({
        code: 'ObjectChanged',
        retryable: false,
        context: { bucket, key: 'changing.csv' },
      });
    });

    test('an object that is gone', async () => {
      const ref = await put('gone.csv', 'x');
      const info = await store.head(ref);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: ref.key }));
      expect(await failureOf(store.head(ref))).toMatchObject({ code: 'MissingObject', context: ref });
      expect((await drain(store.read(info))).error).toMatchObject({ code: 'MissingObject', context: ref });
    });

    test('a bucket that is not there', async () => {
      const ref = { bucket: `missing-${randomUUID()}`, key: 'k' };
      expect(await failureOf(store.head(ref))).toMatchObject({ code: 'MissingBucket', context: ref });
      expect(await failureOf(open(store, ref, { compression: 'auto' }))).toMatchObject({ code: 'MissingBucket' });
      expect(await failureOf(() => store.list(ref.bucket, '')[Symbol.asyncIterator]().next())).toMatchObject({
        code: 'MissingBucket',
      });
    });

    test('versions: the head names the one that was found, and it stays readable', async () => {
      await client.send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      );
      const ref = await put('versions.csv', 'first');
      const first = await store.head(ref);
      expect(first.versionId).toMatch(/./);
      await put('versions.csv', 'second');
      expect((await drain(store.read(first))).bytes.toString()).toBe('first');
      const second = await store.head(ref);
      expect(second.versionId).not.toBe(first.versionId);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: ref.key }));
      expect(await failureOf(store.head(ref))).toMatchObject({ code: 'MissingObject' });
      expect((await drain(store.read(second))).bytes.toString()).toBe('second');
    });
  });
});
