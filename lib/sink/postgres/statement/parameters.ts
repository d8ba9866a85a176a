import type { Cell } from '../row.ts';

/** A statement for the server. Unnamed, so that it may go through a pooler that gives each transaction another session. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | number | Buffer | null)[];
}

/** Collects the parameters of one statement. */
export class Parameters {
  readonly values: (string | number | Buffer | null)[] = [];

  /** `$n` */
  add(value: string | number | Buffer | null): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

export function statement(build: (parameters: Parameters) => string): Statement {
  const parameters = new Parameters();
  return { text: build(parameters), values: parameters.values };
}

const TEXT_OID = 25;
const HEADER = 20;

/**
 * A column of cells as PostgreSQL's binary form of `text[]`: neither side has to quote or to look for quotes, which is
 * half of the cost of a wide array.
 */
export function textArray(count: number, cell: (index: number) => Cell): Buffer {
  let size = HEADER;
  let units = 0;
  let hasNull = 0;
  const texts: Cell[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const text = cell(i);
    texts[i] = text;
    size += 4;
    if (text === null) hasNull = 1;
    else units += text.length;
  }
  // Nearly all columns are ASCII, which needs no second look at their lengths.
  let bytes = Buffer.allocUnsafe(size + units);
  if (!fillAscii(bytes, texts)) {
    for (const text of texts) if (text !== null) size += Buffer.byteLength(text);
    bytes = Buffer.allocUnsafe(size);
    fillUtf8(bytes, texts);
  }
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(hasNull, 4);
  bytes.writeInt32BE(TEXT_OID, 8);
  bytes.writeInt32BE(count, 12);
  bytes.writeInt32BE(1, 16);
  return bytes;
}

/** Of longer texts a call into Node costs less than a look at each letter. */
const SHORT = 40;

/** Whether all texts are ASCII; if not, `bytes` are of no use. */
function fillAscii(bytes: Buffer, texts: readonly Cell[]): boolean {
  let at = HEADER;
  for (const text of texts) {
    const length = text === null ? -1 : text.length;
    bytes[at] = length >> 24;
    bytes[at + 1] = length >> 16;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length;
    at += 4;
    if (text === null) continue;
    if (length > SHORT) {
      if (Buffer.byteLength(text) !== length) return false;
      at += bytes.write(text, at, 'latin1');
      continue;
    }
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
  }
  return true;
}

function fillUtf8(bytes: Buffer, texts: readonly Cell[]): void {
  let at = HEADER;
  for (const text of texts) {
    if (text === null) {
      at = bytes.writeInt32BE(-1, at);
      continue;
    }
    const length = bytes.write(text, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + length;
  }
}

/** `unnest($1::text[], $2::text[])`: rows of as many columns as there are functions. */
export function unnest(parameters: Parameters, count: number, columns: readonly ((index: number) => Cell)[]): string {
  return unnestArrays(
    parameters,
    columns.map((cell) => textArray(count, cell)),
  );
}

/** The same of columns that are arrays already. */
export function unnestArrays(parameters: Parameters, columns: readonly Buffer[]): string {
  return `unnest(${columns.map((column) => `${parameters.add(column)}::text[]`).join(', ')})`;
}
