import type { WriteBuffer } from '../../format/write-buffer.ts';
import { type CsvStyle, writeCsvField } from '../../format/write-csv.ts';
import { writeJsonString, writeJsonText } from '../../format/write-json.ts';
import { decodeText, Found, type Span } from '../fields/span.ts';

/** A row whose fields may have escapes that only it can undo. */
export interface Source extends Span {
  /** Of a QUOTED field; JSON rows have none. */
  unquote?(from: number, to: number): Uint8Array;
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** Writes what was found, which is not MISSING, as JSON: from the window straight into the output. */
export function writeFoundAsJson(out: WriteBuffer, row: Source, found: Found): void {
  switch (found) {
    case Found.FIELD:
      writeJsonString(out, row.bytes, row.from, row.to);
      break;
    case Found.QUOTED: {
      const text = row.unquote!(row.from, row.to);
      writeJsonString(out, text, 0, text.length);
      break;
    }
    // A JSON string is written as it stands, with its quotes.
    case Found.TEXT:
    case Found.ESCAPED:
    case Found.MOMENT:
      out.copy(row.bytes, row.from - 1, row.to + 1);
      break;
    case Found.NUMBER:
      out.copy(row.bytes, row.from, row.to);
      break;
    case Found.LIST:
    case Found.STRUCT:
      writeJsonText(out, row.bytes, row.from, row.to);
      break;
    case Found.TRUE:
      out.raw(TRUE);
      break;
    case Found.FALSE:
      out.raw(FALSE);
      break;
    default:
      out.raw(NULL);
      break;
  }
}

/** Calls `write` with the bytes of what was found as plain text; NULL and MISSING have none. */
export function plainBytes(
  row: Source,
  found: Found,
  scratch: WriteBuffer,
  write: (bytes: Uint8Array, from: number, to: number) => void,
): void {
  switch (found) {
    case Found.FIELD:
    case Found.TEXT:
    case Found.MOMENT:
    case Found.NUMBER:
      write(row.bytes, row.from, row.to);
      break;
    case Found.QUOTED: {
      const text = row.unquote!(row.from, row.to);
      write(text, 0, text.length);
      break;
    }
    case Found.ESCAPED: {
      const text = Buffer.from(JSON.parse(`"${decodeText(row.bytes, row.from, row.to)}"`) as string);
      write(text, 0, text.length);
      break;
    }
    case Found.LIST:
    case Found.STRUCT:
      scratch.length = 0;
      writeJsonText(scratch, row.bytes, row.from, row.to);
      write(scratch.bytes, 0, scratch.length);
      break;
    case Found.TRUE:
      write(TRUE, 0, TRUE.length);
      break;
    case Found.FALSE:
      write(FALSE, 0, FALSE.length);
      break;
    default:
      write(NULL, 0, 0);
      break;
  }
}

/** Writes what was found as one CSV field. `scratch` is written over. */
export function writeFoundAsCsv(
  out: WriteBuffer,
  style: CsvStyle,
  row: Source,
  found: Found,
  scratch: WriteBuffer,
): void {
  if (found === Found.FIELD) {
    writeCsvField(out, style, row.bytes, row.from, row.to);
    return;
  }
  plainBytes(row, found, scratch, (bytes, from, to) => writeCsvField(out, style, bytes, from, to));
}
