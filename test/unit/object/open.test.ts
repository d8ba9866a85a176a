import { gzipSync } from 'node:zlib';
import type { ObjectInfo, ObjectRef, ObjectStore } from '../../../lib/object/contract.ts';
import { open } from '../../../lib/object/open.ts';
import { cutAt, drain } from '../../support/chunks.ts';

const ref: ObjectRef = { bucket: 'b', key: 'k' };
const text = Buffer.from('one\ntwo\nthree\nfour\n');

/** A store of one object, and which ranges were read. */
function storeOf(stored: Uint8Array) {
  const reads: [number, number | undefined][] = [];
  let heads = 0;
  const store: ObjectStore = {
    async head(object) {
      heads++;
      return { ...object, etag: 'e', size: stored.length, lastModified: new Date(0) } satisfies ObjectInfo;
    },
    read(_, { from = 0, to } = {}) {
      reads.push([from, to]);
      return cutAt(stored.subarray(from, to), [1, 2, 9]);
    },
    async *list() {},
    close() {},
  };
  return { store, reads, heads: () => heads };
}

test.each(['auto', 'none'] as const)('%s: stored as it is, it is read from there', async (compression) => {
  const { store, reads } = storeOf(text);
  const { bytes, compression: known, info } = await open(store, ref, { compression, from: 8 });
  expect(known).toBe('none');
  expect(info.size).toBe(text.length);
  expect((await drain(bytes)).bytes.toString()).toBe('three\nfour\n');
  expect(reads.at(-1)).toEqual([8, undefined]);
});

test.each([0, 1, 8, 19, 25])('compressed, it is read again and the first %d bytes are skipped', async (from) => {
  const { store, reads } = storeOf(gzipSync(text));
  const { bytes, compression } = await open(store, ref, { compression: 'auto', from });
  expect(compression).toBe('gzip');
  expect((await drain(bytes)).bytes.toString()).toBe(text.subarray(from).toString());
  expect(reads.at(-1)).toEqual([0, undefined]);
});

test('what head said is not asked again', async () => {
  const { store, heads } = storeOf(text);
  await drain((await open(store, await store.head(ref), { compression: 'auto' })).bytes);
  expect(heads()).toBe(1);
});

test('[bad input: truncated gzip × message] names the object, how much was good, and the fix', async () => {
  const { store } = storeOf(gzipSync(text).subarray(0, -10));
  const { bytes, error } = await drain((await open(store, ref, { compression: 'auto' })).bytes);
  expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
  expect(error).toMatchObject({
    code: 'TruncatedObject',
    message: `the gzip stream ends in the middle of a member; its first ${bytes.length} decompressed bytes are good`,
    context: { bucket: 'b', key: 'k', offset: bytes.length },
    fix: expect.stringContaining('Upload the object again'),
  });
});

test('an empty object has no bytes', async () => {
  const { store } = storeOf(Buffer.alloc(0));
  const opened = await open(store, ref, { compression: 'auto', from: 7 });
  expect(opened.compression).toBe('none');
  expect((await drain(opened.bytes)).bytes).toHaveLength(0);
});
