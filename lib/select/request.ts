import { SluiceError } from '../failure/index.ts';
import type { Compression, CsvOptions, InputFormat, OutputFormat } from '../format/options.ts';

/** `SelectObjectContent`'s request as AWS's API defines it, without bucket and key. */
export interface SelectRequest {
  readonly Expression?: string;
  /** Only `SQL`. */
  readonly ExpressionType?: string;
  readonly InputSerialization?: InputSerialization;
  readonly OutputSerialization?: OutputSerialization;
  /** Inclusive; the records that begin inside. Only an `End`: the object's last so many bytes. */
  readonly ScanRange?: { readonly Start?: number; readonly End?: number };
}

export interface InputSerialization {
  readonly CSV?: {
    readonly FileHeaderInfo?: string;
    readonly Comments?: string;
    readonly QuoteEscapeCharacter?: string;
    readonly RecordDelimiter?: string;
    readonly FieldDelimiter?: string;
    readonly QuoteCharacter?: string;
    readonly AllowQuotedRecordDelimiter?: boolean;
  };
  readonly JSON?: { readonly Type?: string };
  readonly Parquet?: object;
  /** NONE, GZIP, BZIP2; and ZSTD, which is ours. */
  readonly CompressionType?: string;
}

export interface OutputSerialization {
  readonly CSV?: {
    readonly QuoteFields?: string;
    readonly QuoteEscapeCharacter?: string;
    readonly RecordDelimiter?: string;
    readonly FieldDelimiter?: string;
    readonly QuoteCharacter?: string;
  };
  readonly JSON?: { readonly RecordDelimiter?: string };
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  NONE: 'none',
  GZIP: 'gzip',
  BZIP2: 'bzip2',
  ZSTD: 'zstd',
};
const HEADERS: Readonly<Record<string, NonNullable<CsvOptions['header']>>> = {
  USE: 'use',
  IGNORE: 'ignore',
  NONE: 'none',
};

/** A request in the engine's own terms. */
export interface Interpreted {
  readonly sql: string;
  readonly input: InputFormat;
  readonly output: OutputFormat;
  readonly compression: Compression;
  /** Behind each row. */
  readonly delimiter: string;
}

/** Throws SluiceError with AWS's codes (`MissingRequiredParameter`, `InvalidDataSource`, `InvalidCompressionFormat`, …). */
export function interpret(request: SelectRequest): Interpreted {
  const { Expression, ExpressionType, InputSerialization: input, OutputSerialization: output } = request;
  if (Expression === undefined) throw missing('Expression');
  if (input === undefined) throw missing('InputSerialization');
  if (output === undefined) throw missing('OutputSerialization');
  if (ExpressionType !== undefined && ExpressionType !== 'SQL') {
    throw refusal('InvalidExpressionType', `ExpressionType is ${ExpressionType}, expected SQL`);
  }
  if (input.Parquet !== undefined && (input.CompressionType ?? 'NONE') !== 'NONE') {
    throw refusal('InvalidCompressionFormat', 'CompressionType is for CSV and JSON: Parquet is compressed inside');
  }
  const compression = COMPRESSIONS[input.CompressionType ?? 'NONE'];
  if (compression === undefined) {
    throw refusal(
      'InvalidCompressionFormat',
      `CompressionType is ${input.CompressionType}, expected NONE, GZIP, BZIP2 or ZSTD`,
    );
  }
  return {
    sql: Expression,
    input: inputFormat(input),
    output: outputFormat(output),
    compression,
    delimiter: output.CSV?.RecordDelimiter ?? output.JSON?.RecordDelimiter ?? '\n',
  };
}

function inputFormat({ CSV: csv, JSON: json, Parquet: parquet }: InputSerialization): InputFormat {
  const given = [csv, json, parquet].filter((each) => each !== undefined).length;
  if (given === 0) throw missing('InputSerialization.CSV, .JSON or .Parquet');
  if (given > 1) {
    throw refusal(
      'ObjectSerializationConflict',
      'InputSerialization has several formats, expected CSV, JSON or Parquet',
    );
  }
  if (parquet !== undefined) return { kind: 'parquet' };
  if (json !== undefined) {
    if (json.Type === 'LINES') return { kind: 'jsonl' };
    if (json.Type === 'DOCUMENT') return { kind: 'json' };
    throw refusal('InvalidJsonType', `JSON.Type is ${json.Type}, expected LINES or DOCUMENT`);
  }
  return { kind: 'csv', csv: csvOptions(csv!) };
}

/** AWS's own defaults, which are not all ours: `#` begins a comment, quoted record delimiters are off. */
function csvOptions(csv: NonNullable<InputSerialization['CSV']>): CsvOptions {
  const header = HEADERS[csv.FileHeaderInfo ?? 'NONE'];
  if (header === undefined) {
    throw refusal('InvalidFileHeaderInfo', `FileHeaderInfo is ${csv.FileHeaderInfo}, expected USE, IGNORE or NONE`);
  }
  const quote = csv.QuoteCharacter === '' ? null : (csv.QuoteCharacter ?? '"');
  const syntax = [csv.FieldDelimiter, csv.RecordDelimiter, quote, csv.QuoteEscapeCharacter];
  const comment = csv.Comments === '' ? null : (csv.Comments ?? (syntax.includes('#') ? null : '#'));
  return {
    header,
    quote,
    comment,
    quotedRecordDelimiter: csv.AllowQuotedRecordDelimiter ?? false,
    ...(csv.FieldDelimiter === undefined ? {} : { delimiter: csv.FieldDelimiter }),
    ...(csv.RecordDelimiter === undefined ? {} : { recordDelimiter: csv.RecordDelimiter }),
    ...(csv.QuoteEscapeCharacter === undefined || quote === null ? {} : { escape: csv.QuoteEscapeCharacter }),
  };
}

function outputFormat({ CSV: csv, JSON: json }: OutputSerialization): OutputFormat {
  if (csv !== undefined && json !== undefined) {
    throw refusal('ObjectSerializationConflict', 'OutputSerialization has both CSV and JSON, expected one');
  }
  if (json !== undefined) return { kind: 'json' };
  if (csv === undefined) throw missing('OutputSerialization.CSV or .JSON');
  const quoteFields = csv.QuoteFields ?? 'ASNEEDED';
  if (quoteFields !== 'ASNEEDED' && quoteFields !== 'ALWAYS') {
    throw refusal('InvalidQuoteFields', `QuoteFields is ${quoteFields}, expected ALWAYS or ASNEEDED`);
  }
  return {
    kind: 'csv',
    quoteFields: quoteFields === 'ALWAYS' ? 'always' : 'as-needed',
    ...(csv.FieldDelimiter === undefined ? {} : { delimiter: csv.FieldDelimiter }),
    ...(csv.QuoteCharacter === undefined ? {} : { quote: csv.QuoteCharacter }),
    ...(csv.QuoteEscapeCharacter === undefined ? {} : { escape: csv.QuoteEscapeCharacter }),
  };
}

export function refusal(code: string, message: string): SluiceError {
  return new SluiceError(code, message, { stage: 'select' });
}

function missing(name: string): SluiceError {
  return refusal('MissingRequiredParameter', `the request has no ${name}`);
}
