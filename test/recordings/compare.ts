import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A row as the text of its columns. */
export type Texts = Readonly<Record<string, string | null>>;

export function expectedRows(folder: string, name: string): readonly Texts[] {
  const lines = readFileSync(path.join(folder, 'expected', `${name}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => (JSON.parse(line) as { readonly text: Texts }).text);
}

/** What differs, a line each. Rows are told apart by `key`; where there is none, they are counted. */
export function compare(
  expected: readonly Texts[],
  actual: readonly Texts[],
  key: readonly string[],
): readonly string[] {
  if (key.length === 0) return counted(expected, actual);
  const id = (row: Texts) => JSON.stringify(key.map((name) => row[name]));
  const left = new Map(actual.map((row) => [id(row), row]));
  const lines = expected.flatMap((row) => {
    const other = left.get(id(row));
    left.delete(id(row));
    if (other === undefined) return [`row ${id(row)} is missing`];
    return Object.keys(row).flatMap((name) =>
      row[name] === other[name] ? [] : [`row ${id(row)} ${name}: ${shown(other[name])} for ${shown(row[name])}`],
    );
  });
  return [...lines, ...[...left.keys()].map((each) => `row ${each} is too many`)];
}

function counted(expected: readonly Texts[], actual: readonly Texts[]): readonly string[] {
  const text = (row: Texts) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  const counts = new Map<string, number>();
  for (const row of expected) counts.set(text(row), (counts.get(text(row)) ?? 0) + 1);
  for (const row of actual) counts.set(text(row), (counts.get(text(row)) ?? 0) - 1);
  return [...counts].flatMap(([row, count]) =>
    count === 0 ? [] : [`${count > 0 ? `${count} missing` : `${-count} too many`}: ${row.slice(0, 300)}`],
  );
}

function shown(value: string | null | undefined): string {
  if (value === undefined) return 'no column';
  return value === null ? 'NULL' : JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
