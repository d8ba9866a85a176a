import { SluiceError } from '../failure/index.ts';
import type { ObjectInfo, ObjectStore, RandomAccess } from './contract.ts';

/** The stored bytes of exactly the object that `info` describes, a ranged read for each call. */
export function objectAccess(store: ObjectStore, info: ObjectInfo): RandomAccess {
  return {
    size: info.size,
    async read(from, to) {
      const bytes = new Uint8Array(to - from);
      let length = 0;
      for await (const chunk of store.read(info, { from, to })) {
        bytes.set(chunk, length);
        length += chunk.length;
      }
      if (length === bytes.length) return bytes;
      const { bucket, key, versionId } = info;
      throw new SluiceError('TruncatedObject', `the store gave ${length} of the ${to - from} bytes asked for`, {
        stage: 'object',
        context: { bucket, key, ...(versionId === undefined ? {} : { versionId }), offset: from },
        fix: 'Try again; if it stays so, see that the object is whole.',
      });
    },
  };
}

/** Bytes in memory. */
export function bufferAccess(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (from, to) => Uint8Array.prototype.slice.call(bytes, from, to) };
}

/** The most that is kept in memory of a stream that has to be read by ranges, in bytes. */
export const SPOOL_LIMIT = 256 * 1024 * 1024;

/** A stream's bytes, kept in memory. Throws SluiceError `SpoolLimit` for more than SPOOL_LIMIT of them. */
export async function spooled(chunks: AsyncIterable<Uint8Array>): Promise<RandomAccess> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > SPOOL_LIMIT) {
      throw new SluiceError('SpoolLimit', 'Parquet is read by ranges, and a stream of more than 256 MiB is not kept', {
        stage: 'object',
        fix: 'Name the file or the object instead, which is read by ranges where it lies.',
      });
    }
    // A copy: whoever gave the chunk may use its memory again.
    kept.push(chunk.slice());
  }
  return bufferAccess(Buffer.concat(kept));
}
