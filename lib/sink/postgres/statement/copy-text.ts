import { qualified, quoteName, type TableName } from '../identifier.ts';
import type { Cell, Layout, MappedRow } from '../row.ts';

export function copySql(table: TableName, { names }: Layout): string {
  return `COPY ${qualified(table)} (${names.map(quoteName).join(', ')}) FROM STDIN`;
}

const SPECIAL = /[\\\t\n\r]/;
const ALL_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** COPY's text format: a line a row, tabs between cells, `\N` for null. */
export function copyText(rows: readonly MappedRow[]): string {
  let text = '';
  for (const { cells } of rows) {
    for (let i = 0; i < cells.length; i++) text += i === 0 ? field(cells[i]!) : `\t${field(cells[i]!)}`;
    text += '\n';
  }
  return text;
}

function field(cell: Cell): string {
  if (cell === null) return '\\N';
  return SPECIAL.test(cell) ? cell.replace(ALL_SPECIAL, (special) => ESCAPES[special]!) : cell;
}

const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
/** A letter for its kind, and four bytes for its length, which they count in. */
const HEAD = 5;

/** Rows as a message of the protocol, and behind it the one that says that these were all. */
export function copyMessages(rows: readonly MappedRow[]): Buffer {
  const text = copyText(rows);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(HEAD + length + HEAD);
  bytes[0] = COPY_DATA;
  bytes.writeInt32BE(length + HEAD - 1, 1);
  bytes.write(text, HEAD);
  bytes[HEAD + length] = COPY_DONE;
  bytes.writeInt32BE(HEAD - 1, HEAD + length + 1);
  return bytes;
}
