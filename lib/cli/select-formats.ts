import {
  COMPRESSIONS,
  type Compression,
  type CsvOptions,
  type InputFormat,
  LOG_PRESETS,
  type OutputFormat,
} from '../format/options.ts';
import { usage } from './exit.ts';

/** The flags that say how records are written, as commander gives them. */
export interface FormatFlags {
  readonly format?: string;
  readonly header?: string;
  readonly delimiter?: string;
  readonly recordDelimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly comment?: string;
  readonly fieldCount?: string;
  readonly compression: string;
  readonly output?: string;
  readonly outputDelimiter?: string;
  readonly outputRecordDelimiter?: string;
  readonly quoteFields?: string;
}

const FORMATS = ['csv', 'jsonl', 'json', 'parquet', ...LOG_PRESETS] as const;
const HEADERS = ['use', 'ignore', 'none'] as const;
const FIELD_COUNTS = ['lenient', 'strict'] as const;
const OUTPUTS = ['json', 'csv', 'raw'] as const;
const QUOTE_FIELDS = ['as-needed', 'always'] as const;

type Flag = readonly [flags: string, description: string, initial?: string];

export const FORMAT_FLAGS: readonly Flag[] = [
  ['--format <format>', `${FORMATS.join(', ')}; default: as the name of the file ends, else csv`],
  ['--header <header>', 'csv: use (the first record names the columns), ignore or none (default)'],
  ['--delimiter <text>', 'csv: between fields; default , and for .tsv a tab. \\t, \\n and \\r are understood'],
  ['--record-delimiter <text>', 'csv: between records; default \\n, which takes \\r\\n too'],
  ['--quote <text>', "csv: around a field; default \". '': quotes mean nothing"],
  ['--escape <text>', 'csv: before a quote inside a quoted field; default a second quote'],
  ['--comment <text>', 'csv: a record that begins with it is left out; default: there are no comments'],
  ['--field-count <rule>', 'csv: lenient (default), or strict: a record with other fields than the header is bad'],
  ['--compression <name>', COMPRESSIONS.join(', '), 'auto'],
  ['--output <format>', `${OUTPUTS.join(', ')} (the record's own bytes; with SELECT *); default json`],
  ['--output-delimiter <text>', 'output csv: between fields; default ,'],
  ['--output-record-delimiter <text>', 'behind each row; default \\n'],
  ['--quote-fields <when>', 'output csv: as-needed (default) or always'],
];

/** Throws SluiceError (`Usage`) for a flag that means nothing, or not here. */
export function inputOf(flags: FormatFlags, name: string): InputFormat {
  const format = oneOf('--format', flags.format ?? formatOfName(name), FORMATS);
  const csv = csvOptions(flags, name);
  if (format === 'csv') return { kind: 'csv', csv };
  const [given] = CSV_FLAGS.filter(([key]) => flags[key] !== undefined);
  if (given !== undefined) {
    throw usage(`${given[1]} is for csv, and the format is ${format}`, 'Leave it out, or give --format csv.');
  }
  if (format === 'parquet' && !['auto', 'none'].includes(flags.compression.toLowerCase())) {
    throw usage('--compression means nothing for parquet', 'Leave it out: its columns are compressed inside.');
  }
  return format === 'json' || format === 'jsonl' || format === 'parquet'
    ? { kind: format }
    : { kind: 'log', preset: format };
}

export function compressionOf({ compression }: FormatFlags): Compression {
  return oneOf('--compression', compression, COMPRESSIONS);
}

export function outputOf(flags: FormatFlags): OutputFormat {
  const kind = oneOf('--output', flags.output ?? 'json', OUTPUTS);
  const { outputDelimiter: delimiter, quoteFields } = flags;
  if (kind === 'csv') {
    return {
      kind,
      ...(delimiter === undefined ? {} : { delimiter: marks('--output-delimiter', delimiter) }),
      ...(quoteFields === undefined ? {} : { quoteFields: oneOf('--quote-fields', quoteFields, QUOTE_FIELDS) }),
    };
  }
  if (delimiter !== undefined || quoteFields !== undefined) {
    const flag = delimiter === undefined ? '--quote-fields' : '--output-delimiter';
    throw usage(`${flag} is for csv, and the output is ${kind}`, 'Leave it out, or give --output csv.');
  }
  return { kind };
}

/** What stands behind each row. */
export function rowEndOf({ outputRecordDelimiter }: FormatFlags): Uint8Array {
  return Buffer.from(unescaped(outputRecordDelimiter ?? '\n'));
}

const CSV_FLAGS = [
  ['header', '--header'],
  ['delimiter', '--delimiter'],
  ['recordDelimiter', '--record-delimiter'],
  ['quote', '--quote'],
  ['escape', '--escape'],
  ['comment', '--comment'],
  ['fieldCount', '--field-count'],
] as const satisfies readonly (readonly [keyof FormatFlags, string])[];

function csvOptions(flags: FormatFlags, name: string): CsvOptions {
  const { header, recordDelimiter, quote, escape: escaper, comment, fieldCount } = flags;
  const delimiter = flags.delimiter ?? (flags.format === undefined && /\.tsv(\.|$)/i.test(name) ? '\t' : undefined);
  return {
    ...(header === undefined ? {} : { header: oneOf('--header', header, HEADERS) }),
    ...(delimiter === undefined ? {} : { delimiter: marks('--delimiter', delimiter) }),
    ...(recordDelimiter === undefined ? {} : { recordDelimiter: marks('--record-delimiter', recordDelimiter) }),
    ...(quote === undefined ? {} : { quote: quote === '' ? null : marks('--quote', quote) }),
    ...(escaper === undefined ? {} : { escape: marks('--escape', escaper) }),
    ...(comment === undefined ? {} : { comment: comment === '' ? null : marks('--comment', comment) }),
    ...(fieldCount === undefined ? {} : { fieldCount: oneOf('--field-count', fieldCount, FIELD_COUNTS) }),
  };
}

/** `a.jsonl.gz` is JSON lines; what is not known by its name is CSV, as most data is. */
function formatOfName(name: string): (typeof FORMATS)[number] {
  const [, ending] = /\.([a-z]+)(?:\.(?:gz|bz2|zst))?$/i.exec(name) ?? [];
  if (ending === undefined) return 'csv';
  return ENDINGS[ending.toLowerCase()] ?? 'csv';
}

const ENDINGS: Readonly<Record<string, (typeof FORMATS)[number]>> = {
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

function oneOf<const T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value.toLowerCase());
  if (found !== undefined) return found;
  throw usage(`${flag} ${value} means nothing`, `Give one of: ${allowed.join(', ')}.`);
}

function marks(flag: string, value: string): string {
  const text = unescaped(value);
  if (/^[\s\S]{1,2}$/u.test(text)) return text;
  throw usage(`${flag} has ${[...text].length} characters`, 'Give one or two.');
}

/** A shell has no easy way to write a tab. */
function unescaped(text: string): string {
  return text.replace(/\\([tnr])/g, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r' })[letter] ?? letter);
}
