import type { Outcome, Rows } from './job.ts';

/** What one way came to. The first line of each group is the one that the others are compared with. */
export interface Line {
  readonly group: string;
  readonly way: string;
  /** What the first way is to reach against this one, as the ratio of their speeds. */
  readonly target?: number;
  readonly outcome: Outcome;
}

/** Prints them, and resolves to the exit code: 1 when two ways did not give the same rows. */
export function printTable(lines: readonly Line[], rows: number, size: number): number {
  let failed = 0;
  const table = [['', 'rows/s', 'sent/s', 'MB/s', 'CPU s', 'max RSS MB', 'the first is']];
  let ours: Line | undefined;
  for (const line of lines) {
    const { group, way, outcome } = line;
    if (ours?.group !== group) {
      ours = line;
      table.push([group]);
    }
    const { rows: found, seconds, cpu, maxRss } = outcome;
    const same = isSame(found, ours.outcome.rows);
    if (!same) failed++;
    const ratio = line === ours ? '' : `${(seconds / ours.outcome.seconds).toFixed(2)}×${targetText(line)}`;
    table.push([
      `  ${way}`,
      thousands(rows / seconds),
      group.startsWith('export') ? thousands(found.count / seconds) : '',
      mb(size / seconds),
      cpu.toFixed(1),
      mb(maxRss),
      same ? ratio : 'OTHER ROWS',
    ]);
  }
  const widths = table[0]!.map((_, i) =>
    Math.max(...table.filter((row) => row.length > 1).map((row) => row[i]!.length)),
  );
  for (const row of table) {
    console.log(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]! + 2)))
        .join('')
        .trimEnd(),
    );
  }
  const counts = [...new Set(lines.map(({ outcome }) => outcome.rows.count))];
  console.log(
    failed === 0
      ? `\nAll ways gave the same rows (${counts.map((count) => count.toLocaleString('en-US')).join(' and ')}).`
      : `\n${failed} ways gave other rows than sluice.`,
  );
  return failed === 0 ? 0 : 1;
}

const targetText = ({ target }: Line) => (target === undefined ? '' : ` (≥ ${target})`);
const isSame = (a: Rows, b: Rows) => a.count === b.count && a.sum === b.sum;
export const mb = (bytes: number) => Math.round(bytes / 1e6).toString();
const thousands = (value: number) => `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}k`;
