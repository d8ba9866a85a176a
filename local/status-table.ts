import type { PartStatus } from './stack.ts';

/** One line a part, aligned. */
export function statusTable(parts: readonly PartStatus[]): string {
  const rows = parts.map(({ part, title, state, ports, pid, since, log }) => [
    part,
    title,
    state,
    ports.join(' '),
    pid === undefined ? '' : String(pid),
    since ?? '',
    log ?? '',
  ]);
  const table = [['PART', 'SERVER', 'STATE', 'PORTS', 'PROCESS', 'SINCE', 'LOG'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
