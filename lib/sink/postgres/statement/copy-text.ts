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
