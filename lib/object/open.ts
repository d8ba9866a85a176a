import { SluiceError } from '../failure/index.ts';
import type { Compression } from '../format/options.ts';
import type { ObjectInfo, ObjectRef, ObjectStore, ReadOptions } from './contract.ts';
import { decompress, type KnownCompression } from './decompress/index.ts';
import { MAGIC_BYTES, recognise } from './decompress/recognise.ts';

export interface OpenOptions extends Pick<ReadOptions, 'ahead' | 'signal'> {
  readonly compression: Compression;
  /** First byte wanted, of the decompressed object. Default 0. Behind the object's end there are no bytes. */
  readonly from?: number;
}

export interface OpenObject {
  readonly info: ObjectInfo;
  readonly compression: KnownCompression;
  /** Iterate it (leaving early is fine) or abort the signal: until then a connection stays open. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * An object's decompressed bytes from `from` on. What is stored as it is gets read from there; what is compressed is
 * read again from its beginning, and skipped.
 *
 * @param object what to open, or what `head` said of it: then it is not asked again.
 * @throws SluiceError of stage `object`, with the object's coordinates.
 */
export async function open(
  store: ObjectStore,
  object: ObjectRef | ObjectInfo,
  { compression, from = 0, ahead, signal }: OpenOptions,
): Promise<OpenObject> {
  const info = 'etag' in object ? object : await store.head(object);
  const reading = { ...(ahead && { ahead }), ...(signal && { signal }) };
  const known = from > 0 ? await compressionOf(store, info, compression, reading) : compression;
  if (known === 'none') return { info, compression: known, bytes: store.read(info, { ...reading, from }) };
  const opened = await decompress(store.read(info, reading), known).catch((error: unknown) => {
    throw located(error, info);
  });
  return { info, compression: opened.compression, bytes: skipped(opened.bytes, from, info) };
}

/** How an object is compressed; with `auto`, as its first bytes say. */
export async function compressionOf(
  store: ObjectStore,
  info: ObjectInfo,
  compression: Compression,
  reading: { readonly signal?: AbortSignal } = {},
): Promise<KnownCompression> {
  if (compression !== 'auto') return compression;
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(info, { ...reading, from: 0, to: MAGIC_BYTES })) chunks.push(chunk);
  return recognise(Buffer.concat(chunks));
}

/** The bytes behind the first `count`, and errors that name the object. */
async function* skipped(bytes: AsyncIterable<Uint8Array>, count: number, info: ObjectInfo): AsyncGenerator<Uint8Array> {
  let left = count;
  try {
    for await (const chunk of bytes) {
      if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
      left = Math.max(0, left - chunk.length);
    }
  } catch (error) {
    throw located(error, info);
  }
}

function located(error: unknown, { bucket, key, versionId }: ObjectInfo): unknown {
  if (!(error instanceof SluiceError)) return error;
  return error.at(versionId === undefined ? { bucket, key } : { bucket, key, versionId });
}
