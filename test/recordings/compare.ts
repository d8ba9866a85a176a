import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A row as the text of its columns. */
export type Texts = Readonly<Record<string, string | null>>;

/** Where a mirror is not as its source. `row` is the row's key, or all of it where it has none. */
export type Difference =
  | { readonly kind: 'missing' | 'extra'; readonly row: string }
  | {
      readonly kind: 'value';
      readonly row: string;
      readonly column: string;
      readonly expected: string | null;
      /** Undefined: the mirror has no such column. */
      readonly actual: string | null | undefined;
    };

export function expectedRows(folder: string, name: string): readonly Texts[] {
  const lines = readFileSync(path.join(folder, 'expected', `${name}.ndjson`), 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { readonly text: Texts }).text]));
}

export const rowId = (values: readonly (string | null | undefined)[]): string => JSON.stringify(values);

/** Rows are told apart by `key`; where there is none, they are counted. Only the source's columns count. */
export function compare(
  expected: readonly Texts[],
  actual: readonly Texts[],
  key: readonly string[],
): readonly Difference[] {
  if (key.length === 0) return counted(expected, actual);
  const id = (row: Texts) => rowId(key.map((name) => row[name]));
  const left = new Map(actual.map((row) => [id(row), row]));
  const found = expected.flatMap((row): Difference[] => {
    const other = left.get(id(row));
    left.delete(id(row));
    if (other === undefined) return [{ kind: 'missing', row: id(row) }];
    return Object.entries(row).flatMap(([column, value]): Difference[] =>
      value === other[column] ? [] : [{ kind: 'value', row: id(row), column, expected: value, actual: other[column] }],
    );
  });
  return [...found, ...[...left.keys()].map((row): Difference => ({ kind: 'extra', row }))];
}

function counted(expected: readonly Texts[], actual: readonly Texts[]): readonly Difference[] {
  const columns = Object.keys(expected[0] ?? actual[0] ?? {}).sort();
  const id = (row: Texts) => rowId(columns.map((name) => row[name]));
  const counts = new Map<string, number>();
  for (const row of expected) counts.set(id(row), (counts.get(id(row)) ?? 0) + 1);
  for (const row of actual) counts.set(id(row), (counts.get(id(row)) ?? 0) - 1);
  return [...counts].flatMap(([row, count]) =>
    Array.from({ length: Math.abs(count) }, (): Difference => ({ kind: count > 0 ? 'missing' : 'extra', row })),
  );
}
