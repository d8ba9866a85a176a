import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import type { ParquetReadOptions } from 'hyparquet';

/** Beside SNAPPY and no compression, which hyparquet has itself. */
export const CODECS: NonNullable<ParquetReadOptions['compressors']> = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};
