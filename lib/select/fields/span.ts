import { isUtf8 } from 'node:buffer';
import { RecordError } from '../values/record-error.ts';

/** Bytes of a window that a field was found in: `bytes[from, to)`. A text reader is one, and so is a JSON row. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** What was found. The span is meaningful for TEXT and what comes behind it. */
export const Found = {
  MISSING: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  /** A JSON string without escapes; the span is what stands between its quotes. */
  TEXT: 4,
  /** A JSON string with escapes; the span is what stands between its quotes. */
  ESCAPED: 5,
  NUMBER: 6,
  LIST: 7,
  STRUCT: 8,
  /** A CSV field as it stands. */
  FIELD: 9,
  /** A CSV field with escapes in it. */
  QUOTED: 10,
  /** A JSON string that tells a moment of a Parquet column, which JSON has no type for. It has no escapes. */
  MOMENT: 11,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

/** Finds one column of the current record and leaves its span in the row. */
export type Locate<R extends Span> = (row: R) => Found;

/** Bytes as text. Throws RecordError `InvalidTextEncoding` for what is not UTF-8. */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
  const text = view.toString(to - from < 64 && isAscii(bytes, from, to) ? 'latin1' : 'utf8');
  // Only text that has the replacement character can have been made by replacing.
  if (text.includes('\ufffd') && !isUtf8(view)) throw invalidEncoding();
  return text;
}

export function invalidEncoding(): RecordError {
  return new RecordError('InvalidTextEncoding', 'a field that the query uses is not UTF-8');
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}
