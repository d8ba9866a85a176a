/**
 * How an object's records are written down. The defaults are S3 Select's.
 * Delimiters and quotes are text of one or two characters; `\n`, `\r\n`, `\t` are written as such, not as escapes.
 */
export interface CsvOptions {
  /** `use`: the first record names the columns. `ignore`: it is skipped. `none`: every record is data. Default: none. */
  readonly header?: 'use' | 'ignore' | 'none';
  /** Between fields. Default: `,`. */
  readonly delimiter?: string;
  /** Between records. Default: `\n`, and then `\r\n` ends a record too. */
  readonly recordDelimiter?: string;
  /** Around a field. Default: `"`. `null`: quotes mean nothing. */
  readonly quote?: string | null;
  /** Before a quote inside a quoted field. Default: `"` (a doubled quote). */
  readonly escape?: string;
  /** A record that begins with it is left out. Default: none (null). */
  readonly comment?: string | null;
  /** Whether a record delimiter may stand inside quotes. Default: true (S3 Select's own default is false). */
  readonly quotedRecordDelimiter?: boolean;
  /** What a record with more or fewer fields than the header is. `lenient`, as S3 Select: missing fields are MISSING, further ones stay `_n`. Default: lenient. */
  readonly fieldCount?: 'lenient' | 'strict';
}

export const LOG_PRESETS = ['s3-access-log', 'cos-access-log', 'cloudfront', 'alb', 'vpc-flow'] as const;
export type LogPreset = (typeof LOG_PRESETS)[number];

export type InputFormat =
  | { readonly kind: 'csv'; readonly csv: CsvOptions }
  | { readonly kind: 'jsonl' }
  | { readonly kind: 'json' }
  /** Read by ranges and not as a stream; a row's place is its number. */
  | { readonly kind: 'parquet' }
  | { readonly kind: 'log'; readonly preset: LogPreset };

export const COMPRESSIONS = ['auto', 'none', 'gzip', 'bzip2', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** How a row leaves: a JSON object, a CSV record (quotes as needed, no record delimiter), or the source record's own bytes. */
export type OutputFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'csv';
      readonly delimiter?: string;
      readonly quote?: string;
      readonly escape?: string;
      readonly quoteFields?: 'always' | 'as-needed';
    }
  | { readonly kind: 'raw' };
