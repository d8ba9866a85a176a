import { stripVTControlCharacters } from 'node:util';

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** The title is a name from the data, not a word of ours. */
  readonly asWritten?: boolean;
}

const GAP = '  ';
const LEAST = 8;

/**
 * Lines of a table, as narrow as its content. When it is wider than the terminal, the widest columns are cut, with an
 * ellipsis. Control characters in a cell are shown as symbols, so that data cannot steer the terminal.
 */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width: number): string[] {
  const titles = columns.map(({ title, asWritten }) => (asWritten === true ? title : title.toUpperCase()));
  const widths = columns.map((_, i) => Math.max(0, ...[titles, ...rows].map((row) => widthOf(row[i] ?? ''))));
  shrink(widths, width - GAP.length * (columns.length - 1));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ right }, i) => sized(cells[i] ?? '', widths[i] ?? 0, right === true))
      .join(GAP)
      .trimEnd();
  return [titles, ...rows].map(line);
}

function shrink(widths: number[], room: number): void {
  for (let over = widths.reduce((sum, each) => sum + each, 0) - room; over > 0; over--) {
    const widest = Math.max(...widths);
    if (widest <= LEAST) return;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
}

function sized(cell: string, width: number, right: boolean): string {
  const size = widthOf(cell);
  if (size > width) return `${[...stripVTControlCharacters(cell)].slice(0, Math.max(0, width - 1)).join('')}…`;
  const padding = ' '.repeat(width - size);
  return right ? padding + cell : cell + padding;
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

const SYMBOLS: Readonly<Record<string, string>> = { '\n': '⏎', '\t': '⇥', '\r': '␍', '\u007f': '␡' };

/** Text from data, on one line, with nothing in it that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => {
    return SYMBOLS[char] ?? (char < ' ' ? String.fromCodePoint(0x2400 + char.charCodeAt(0)) : '�');
  });
}
