import { ByteCsvReader, isByteDialect } from './csv/byte-reader.ts';
import { dialectOf } from './csv/dialect.ts';
import { SequenceCsvReader } from './csv/sequence-reader.ts';
import { JsonDocumentReader } from './json/document-reader.ts';
import { JsonLineReader } from './json/line-reader.ts';
import { LogReader } from './log/reader.ts';
import type { InputFormat } from './options.ts';
import { ParquetRowReader } from './parquet/row-reader.ts';
import type { PathStep, RecordReader } from './reader.ts';

export interface ReaderOptions {
  /** The FROM path behind `S3Object`; formats that are not JSON have none. */
  readonly path?: readonly PathStep[];
  /** Byte of the decompressed object where the input begins: 0, or a former reader's `consumed`. Default: 0. */
  readonly at?: number;
  /** The column names that the former reader had. Needed with `at` when the object itself names its columns. */
  readonly header?: readonly string[];
}

/** A reader of one object. Throws SluiceError `InvalidCsvOptions`. */
export function createReader(format: InputFormat, options: ReaderOptions = {}): RecordReader {
  switch (format.kind) {
    case 'csv': {
      const dialect = dialectOf(format.csv);
      return isByteDialect(dialect) ? new ByteCsvReader(dialect, options) : new SequenceCsvReader(dialect, options);
    }
    case 'jsonl':
      return new JsonLineReader(options.path ?? [], options);
    case 'parquet':
      return new ParquetRowReader(options.path ?? [], options);
    case 'log':
      return new LogReader(format.preset, options);
    case 'json':
      return new JsonDocumentReader(options.path ?? [], options);
  }
}
