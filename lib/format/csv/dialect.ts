import { SluiceError } from '../../failure/index.ts';
import type { CsvOptions } from '../options.ts';

/** CSV options as byte sequences, defaults filled in. */
export interface Dialect {
  readonly header: 'use' | 'ignore' | 'none';
  readonly delimiter: Uint8Array;
  readonly recordDelimiter: Uint8Array;
  /** Whether a carriage return before the record delimiter belongs to it. */
  readonly crlf: boolean;
  readonly quote: Uint8Array | undefined;
  readonly escape: Uint8Array | undefined;
  readonly comment: Uint8Array | undefined;
  readonly quotedRecordDelimiter: boolean;
  readonly strict: boolean;
}

/** Throws SluiceError `InvalidCsvOptions` for options that no scanner could tell apart. */
export function dialectOf(options: CsvOptions): Dialect {
  const quote = options.quote === undefined ? '"' : options.quote;
  const text = {
    delimiter: options.delimiter ?? ',',
    recordDelimiter: options.recordDelimiter ?? '\n',
    quote,
    escape: quote === null ? null : (options.escape ?? quote),
    comment: options.comment ?? null,
  };
  refuseEmpty(text);
  refuseAlike(text);
  return {
    header: options.header ?? 'none',
    delimiter: Buffer.from(text.delimiter),
    recordDelimiter: Buffer.from(text.recordDelimiter),
    crlf: text.recordDelimiter === '\n',
    quote: bytesOf(text.quote),
    escape: bytesOf(text.escape),
    comment: bytesOf(text.comment),
    quotedRecordDelimiter: options.quotedRecordDelimiter ?? true,
    strict: options.fieldCount === 'strict',
  };
}

type Text = Readonly<Record<'delimiter' | 'recordDelimiter' | 'quote' | 'escape' | 'comment', string | null>>;

function bytesOf(text: string | null): Uint8Array | undefined {
  return text === null ? undefined : Buffer.from(text);
}

function refuseEmpty(text: Text): void {
  for (const [name, value] of Object.entries(text)) {
    if (value === '')
      throw invalid(`csv.${name} is empty`, `write csv.${name} as one or two characters, or leave it out`);
  }
}

/** One that begins like another would be taken for it, or it for the other, depending on where a chunk ends. */
function refuseAlike(text: Text): void {
  const names = Object.keys(text) as (keyof Text)[];
  for (const one of names) {
    for (const other of names) {
      const [a, b] = [text[one], text[other]];
      if (one === other || a === null || b === null || !b.startsWith(a)) continue;
      const doubledQuote = a === b && [one, other].sort().join() === 'escape,quote';
      if (!doubledQuote) {
        throw invalid(
          `csv.${one} ${JSON.stringify(a)} and csv.${other} ${JSON.stringify(b)} begin alike`,
          `choose another csv.${one}`,
        );
      }
    }
  }
  if (text.recordDelimiter === '\n' && Object.values(text).includes('\r')) {
    throw invalid(
      'a carriage return cannot be csv syntax while records end with \\n or \\r\\n',
      'set csv.recordDelimiter to another text',
    );
  }
}

function invalid(message: string, fix: string): SluiceError {
  return new SluiceError('InvalidCsvOptions', message, { stage: 'format', fix });
}
