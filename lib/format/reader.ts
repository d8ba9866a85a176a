import type { RecordFailure } from '../failure/index.ts';
import type { Members } from './json/members.ts';

/**
 * What `format` offers to `select`: records found in a stream of bytes, fields found in a record, and nothing made that
 * nobody asked for. Readers are synchronous cursors over a window that they own and reuse: everything that `bytes`,
 * `start`, `stop`, `from` and `to` point at is valid only until the next call of `push`, `end` or `next`.
 *
 * A reader serves one object, from its first byte or from a record boundary (`at`).
 */
export const Step = {
  /** The window holds no whole record: `push` more, or `end`. After `end`: there are no more records. */
  MORE: 0,
  RECORD: 1,
  /** The current record is bad: `failure` says why. The next call of `next` goes on behind it. */
  BAD: 2,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

interface Cursor {
  /** Adds input. The chunk's bytes are copied or wholly consumed before the next `push`; the caller may reuse it then. */
  push(chunk: Uint8Array): void;
  /** There is no more input: a last record without its delimiter becomes readable. */
  end(): void;
  next(): Step;
  /** The window, and the current record's content in it, without its delimiter. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly stop: number;
  /** Where the current source record begins in the decompressed object, and its length with its delimiter, in bytes. */
  readonly offset: number;
  readonly length: number;
  /**
   * Everything before this byte of the object has been handed out: a reader started here goes on with the next record.
   * It may stay behind what was handed out (between rows of one source record; in a JSON document wherever no byte alone
   * says where to go on): a batch may end behind a row only if `consumed >= offset + length`. After a fatal failure it
   * says nothing new.
   */
  readonly consumed: number;
  /** After BAD. */
  readonly failure: RecordFailure | undefined;
}

/** How a field stands in the window. */
export const Field = {
  /** The record has no such field. In a log also one that is `-`, so that fields may follow: `count` tells how many. */
  ABSENT: 0,
  /** `bytes[from, to)` is the value. */
  PLAIN: 1,
  /** `bytes[from, to)` is what stands between the quotes, with escapes or doubled quotes in it: `unquote` it. */
  ESCAPED: 2,
} as const;
export type Field = (typeof Field)[keyof typeof Field];

/** Records of fields by place: CSV, and the log presets. */
export interface TextReader extends Cursor {
  readonly kind: 'text';
  /**
   * Column names, once known: from the header record (`header: use`), or the preset's own. Undefined: only `_1`, `_2`, …
   * Known when `next` first returns RECORD, or MORE after the object's end; a header that cannot be read is BAD and fatal.
   */
  readonly header: readonly string[] | undefined;
  /** How many fields the current record has. */
  count(): number;
  /** Finds field `i` (0-based) of the current record and sets `from`, `to`. Asking in ascending order is cheapest. */
  field(i: number): Field;
  readonly from: number;
  readonly to: number;
  /**
   * The byte between the fields of the current record when looking for it is all that it takes to split the record: no
   * field has quotes. −1 or undefined otherwise.
   */
  readonly separator?: number;
  /** The bytes of an ESCAPED field with its escapes undone; a view that is valid until the next call of any method. */
  unquote(from: number, to: number): Uint8Array;
}

/** A step of the FROM path behind `S3Object`: `.name` (`exact`: double-quoted, so case matters), `[3]`, `[*]`, `.*`. */
export type PathStep =
  | { readonly kind: 'name'; readonly name: string; readonly exact: boolean }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'values' };

/**
 * Records that are JSON values: lines, or the elements of a document that the FROM path reaches. `bytes[start, stop)` is
 * the JSON text of the value (leading and trailing white space allowed); it is valid JSON, so that `json/scan.ts` can be
 * used on it without checks, but for bytes in strings that are not UTF-8. `start === stop` is MISSING (the path led
 * nowhere: still a row). Several rows may share one source record (`offset`).
 */
export interface JsonReader extends Cursor {
  readonly kind: 'json';
  /** Where the members of the current row stand, if it is an object, for readers that note it. Valid as long as `bytes`. */
  readonly members?: Members | undefined;
  /** Top-level members that are moments in time and stand as strings. Known when `next` first returns RECORD. */
  readonly moments?: ReadonlySet<string>;
}

export type RecordReader = TextReader | JsonReader;

/** A record longer than this, in bytes, is BAD (`OverMaxRecordSize`), as in S3 Select. */
export const MAX_RECORD = 1024 * 1024;
