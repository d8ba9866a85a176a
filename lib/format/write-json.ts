import type { WriteBuffer } from './write-buffer.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x7d;
const HEX = Buffer.from('0123456789abcdef');

/** For each byte of a string: 0 it stands for itself, 1 it needs `\u00xx`, else the letter behind its backslash. */
const ESCAPES = new Uint8Array(256).fill(1, 0, 0x20);
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0);
}

/** Writes bytes of text as a JSON string, in one pass. Whether they are UTF-8 is the caller's concern: see `seen`. */
export function writeJsonString(out: WriteBuffer, source: Uint8Array, from: number, to: number): void {
  // At worst each byte becomes six.
  out.reserve((to - from) * 6 + 2);
  const { bytes } = out;
  let { length, seen } = out;
  bytes[length++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = source[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) {
      seen |= byte;
      bytes[length++] = byte;
    } else {
      length = writeEscape(bytes, length, byte, letter);
    }
  }
  bytes[length++] = QUOTE;
  out.length = length;
  out.seen = seen;
}

/** How a record is split and its fields are escaped, for `writeJsonRecord`: `ESCAPES`, and SEPARATOR for the one byte. */
const SEPARATOR = 255;
const SPLITTING = new Map<number, Uint8Array>();

function splitting(separator: number): Uint8Array {
  let table = SPLITTING.get(separator);
  if (table === undefined) {
    table = ESCAPES.slice();
    table[separator] = SEPARATOR;
    SPLITTING.set(separator, table);
  }
  return table;
}

/** What stands before the text of each field of a record: `{"name":"` for the first, `","name":"` for the others. */
export class Openings {
  /** All of them back to back; field i's ends at `ends[i]`. In one array, since going through many small ones is slow. */
  bytes = new Uint8Array(0);
  readonly ends: number[] = [];

  constructor(names: readonly string[]) {
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    const start = this.ends.length === 0 ? '{' : '",';
    this.bytes = Buffer.concat([this.bytes, Buffer.from(start), jsonKey(name), Buffer.from('"')]);
    this.ends.push(this.bytes.length);
  }
}

/**
 * Writes a record of plain fields, which `separator` splits, as an object of strings: split, escaped and copied in one pass.
 * Fields beyond the openings are `_n`.
 */
export function writeJsonRecord(
  out: WriteBuffer,
  source: Uint8Array,
  from: number,
  to: number,
  separator: number,
  openings: Openings,
): void {
  const table = splitting(separator);
  // Once for the widest record so far: after that the openings suffice.
  while (!tryRecord(out, source, from, to, table, openings)) openings.add(`_${openings.ends.length + 1}`);
}

/** Everything that the loop touches is constant here, or it runs at half the speed. False: the openings do not suffice. */
function tryRecord(
  out: WriteBuffer,
  source: Uint8Array,
  from: number,
  to: number,
  table: Uint8Array,
  openings: Openings,
): boolean {
  const { ends, bytes: opening } = openings;
  const fields = ends.length;
  out.reserve((to - from) * 6 + opening.length + 2);
  const { bytes } = out;
  let { length, seen } = out;
  let key = 0;
  let at = from;
  for (let field = 0; field < fields; field++) {
    const keyEnd = ends[field]!;
    while (key < keyEnd) bytes[length++] = opening[key++]!;
    for (; at < to; at++) {
      const byte = source[at]!;
      const letter = table[byte]!;
      if (letter !== 0) {
        if (letter === SEPARATOR) break;
        length = writeEscape(bytes, length, byte, letter);
        continue;
      }
      bytes[length++] = byte;
      seen |= byte;
    }
    if (at >= to) {
      bytes[length++] = QUOTE;
      bytes[length++] = CLOSE;
      out.length = length;
      out.seen = seen;
      return true;
    }
    at++;
  }
  return false;
}

/** Returns behind the escape. */
function writeEscape(bytes: Uint8Array, length: number, byte: number, letter: number): number {
  bytes[length++] = BACKSLASH;
  if (letter > 1) {
    bytes[length++] = letter;
    return length;
  }
  bytes[length++] = 0x75;
  bytes[length++] = 0x30;
  bytes[length++] = 0x30;
  bytes[length++] = HEX[byte >> 4]!;
  bytes[length++] = HEX[byte & 15]!;
  return length;
}

/** A key with its colon, made once: `"name":`. */
export function jsonKey(name: string): Buffer {
  return Buffer.from(`${JSON.stringify(name)}:`);
}

/** Copies valid JSON text without the white space between its tokens, so that a row stays one line. */
export function writeJsonText(out: WriteBuffer, source: Uint8Array, from: number, to: number): void {
  out.reserve(to - from);
  const { bytes } = out;
  let { length, seen } = out;
  let inString = false;
  for (let i = from; i < to; i++) {
    const byte = source[i]!;
    if (inString) {
      if (byte === BACKSLASH) bytes[length++] = source[i++]!;
      else if (byte === QUOTE) inString = false;
    } else if (byte <= 0x20) {
      continue;
    } else if (byte === QUOTE) {
      inString = true;
    }
    seen |= source[i]!;
    bytes[length++] = source[i]!;
  }
  out.length = length;
  out.seen = seen;
}
