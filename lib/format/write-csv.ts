import type { OutputFormat } from './options.ts';
import type { WriteBuffer } from './write-buffer.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How fields are written: see `OutputFormat`. */
export interface CsvStyle {
  readonly delimiter: Buffer;
  readonly quote: Buffer;
  readonly escape: Buffer;
  readonly always: boolean;
  /** 1 for each byte that a field cannot hold without quotes around it. */
  readonly special: Uint8Array;
}

export function csvStyle(format: Extract<OutputFormat, { kind: 'csv' }>): CsvStyle {
  const delimiter = Buffer.from(format.delimiter ?? ',');
  const quote = Buffer.from(format.quote ?? '"');
  const special = new Uint8Array(256);
  for (const byte of [LINE_FEED, CARRIAGE_RETURN, ...delimiter, ...quote]) special[byte] = 1;
  return {
    delimiter,
    quote,
    escape: Buffer.from(format.escape ?? '"'),
    always: format.quoteFields === 'always',
    special,
  };
}

/** Writes bytes of text as one field, with quotes around it where it needs them or the style wants them. */
export function writeCsvField(out: WriteBuffer, style: CsvStyle, source: Uint8Array, from: number, to: number): void {
  // Few fields need quotes: one look copies and tells.
  if (style.always || !out.copyUnless(style.special, source, from, to)) writeQuoted(out, style, source, from, to);
}

function writeQuoted(out: WriteBuffer, style: CsvStyle, source: Uint8Array, from: number, to: number): void {
  const { quote, escape: escaper } = style;
  out.raw(quote);
  let done = from;
  for (let i = from; i < to; i++) {
    const mark = startsWith(source, i, to, quote) ? quote : startsWith(source, i, to, escaper) ? escaper : undefined;
    if (mark === undefined) continue;
    out.copy(source, done, i);
    out.raw(escaper);
    out.raw(mark);
    i += mark.length - 1;
    done = i + 1;
  }
  out.copy(source, done, to);
  out.raw(quote);
}

function startsWith(source: Uint8Array, at: number, to: number, sequence: Buffer): boolean {
  if (at + sequence.length > to) return false;
  for (let i = 0; i < sequence.length; i++) if (source[at + i] !== sequence[i]) return false;
  return true;
}
