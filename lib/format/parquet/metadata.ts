import { type FileMetaData, parquetMetadata } from 'hyparquet';
import type { RandomAccess } from '../../object/contract.ts';
import { decodingFailure, parquetFailure } from './failure.ts';

/** Read at once from the end of a file: holds the metadata of most. */
const TAIL = 64 * 1024;
/** Behind the metadata: its length in 4 bytes, and the magic bytes. */
const TRAILER = 8;
/** The first magic bytes, some metadata and the trailer. */
const SMALLEST = 4 + 1 + TRAILER;

/**
 * The metadata at a Parquet file's end.
 * https://parquet.apache.org/docs/file-format/
 *
 * @throws SluiceError `ParquetParsingError`, `EncryptedParquet`
 */
export async function readMetadata(source: RandomAccess): Promise<FileMetaData> {
  const { size } = source;
  if (size < SMALLEST) throw parquetFailure('ParquetParsingError', `the object has ${size} bytes: no Parquet file`);
  let tail = await source.read(Math.max(0, size - TAIL), size);
  const trailer = Buffer.from(tail.buffer, tail.byteOffset + tail.length - TRAILER, TRAILER);
  const magic = trailer.toString('latin1', 4);
  if (magic === 'PARE') throw parquetFailure('EncryptedParquet', 'the Parquet file has an encrypted footer');
  if (magic !== 'PAR1') {
    const what = 'the object does not end as a Parquet file does: it is of another format, or was cut';
    throw parquetFailure('ParquetParsingError', what);
  }
  const length = trailer.readUInt32LE(0);
  if (length > size - TRAILER - 4) {
    const what = `the Parquet footer says that it has ${length} bytes, and the object has ${size}`;
    throw parquetFailure('ParquetParsingError', what);
  }
  const missing = length + TRAILER - tail.length;
  if (missing > 0) {
    const start = size - tail.length;
    tail = Buffer.concat([await source.read(start - missing, start), tail]);
  }
  try {
    return parquetMetadata(tail, { geoparquet: false });
  } catch (error) {
    throw decodingFailure(error, 'the Parquet footer');
  }
}
