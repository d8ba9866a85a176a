import type { Compression } from '../../format/options.ts';
import { ByteSource } from './byte-source.ts';
import { bunzip2 } from './bzip2.ts';
import { gunzip } from './gzip.ts';
import { type KnownCompression, MAGIC_BYTES, recognise } from './recognise.ts';
import { unzstd } from './zstd.ts';

export type { KnownCompression };

export interface Decompressed {
  /** How the bytes were compressed; with `auto`, as their first bytes say. */
  readonly compression: KnownCompression;
  /** Iterate it, or end the chunks it comes from: until then they stay open. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Undoes the compression of a stored object, several members, streams or frames one after another included. `auto` goes
 * by the first bytes, never by the name. Reads no further ahead than one chunk and what the format needs (gzip 64 KiB,
 * zstd one block, bzip2 one block of text).
 *
 * @throws SluiceError, from `bytes` and after every good byte: `TruncatedObject`, `CorruptObject` (`context.offset`: how
 * many decompressed bytes were good), `UnsupportedCompression`; and whatever `chunks` throws, from either.
 */
export async function decompress(chunks: AsyncIterable<Uint8Array>, compression: Compression): Promise<Decompressed> {
  const source = new ByteSource(chunks);
  try {
    if (compression === 'auto') await source.need(MAGIC_BYTES);
    const known = compression === 'auto' ? recognise(source.view) : compression;
    return { compression: known, bytes: closing(source, DECODERS[known](source)) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

const DECODERS: Record<KnownCompression, (source: ByteSource) => AsyncIterable<Uint8Array>> = {
  none: plain,
  gzip: gunzip,
  bzip2: bunzip2,
  zstd: unzstd,
};

async function* plain(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let chunk = await source.some(Infinity); chunk !== undefined; chunk = await source.some(Infinity)) yield chunk;
}

async function* closing(source: ByteSource, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } finally {
    await source.close();
  }
}
