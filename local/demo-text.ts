import pc from 'picocolors';

const began = performance.now();

/** A line of progress; `part` is what it is about. */
export function say(text: string, part = 'demo'): void {
  const elapsed = `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${pc.dim(elapsed)}  ${pc.bold(part.padEnd(10))}  ${text}`);
}

export const number = (value: number): string => value.toLocaleString('en-US');
export const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Columns wide enough for what is in them, two spaces apart; those of numbers to the right. */
export function aligned(rows: readonly (readonly string[])[], toTheRight: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toTheRight.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
