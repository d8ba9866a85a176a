import { SluiceError } from '../../failure/index.ts';

const FIXES: Readonly<Record<ParquetCode, string>> = {
  ParquetParsingError: 'See that the object is a whole Parquet file, and have it written again if it is damaged.',
  UnsupportedParquetType: 'Name only the other columns in the SELECT list, or have the column written as another type.',
  ParquetUnsupportedCompressionCodec: 'Have the file written with SNAPPY, GZIP, ZSTD, BROTLI or no compression.',
  EncryptedParquet: 'Have the file written without Parquet encryption; encrypt the bucket instead.',
};

type ParquetCode =
  | 'ParquetParsingError'
  | 'UnsupportedParquetType'
  | 'ParquetUnsupportedCompressionCodec'
  | 'EncryptedParquet';

/** What is wrong with a Parquet file as a whole. The codes are S3 Select's, but for `EncryptedParquet`. */
export function parquetFailure(code: ParquetCode, message: string, cause?: unknown): SluiceError {
  return new SluiceError(code, message, { stage: 'format', fix: FIXES[code], cause });
}

/**
 * An error thrown while a file was decoded. The decoder's own are plain errors, and on damaged bytes also whatever a read
 * behind the end of an array comes to: all of them mean that the bytes are not what the file's metadata says.
 */
export function decodingFailure(error: unknown, where: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const reason = error instanceof Error ? error.message.replace(/^parquet /, '') : 'unknown';
  const codec = /unsupported compression codec: (\w+)/.exec(reason)?.[1];
  if (codec !== undefined) {
    return parquetFailure('ParquetUnsupportedCompressionCodec', `${where} is compressed with ${codec}`, error);
  }
  if (/unsupported|not supported/.test(reason)) {
    return parquetFailure('UnsupportedParquetType', `${where} cannot be decoded: ${reason}`, error);
  }
  return parquetFailure('ParquetParsingError', `${where} is damaged: ${reason}`, error);
}
