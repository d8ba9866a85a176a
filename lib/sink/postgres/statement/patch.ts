import type { Patch } from '../fold.ts';
import { quoteName } from '../identifier.ts';
import type { Layout } from '../row.ts';
import { type Parameters, unnest } from './parameters.ts';
import { aliases, cellsOf, keepingLarge, type StatementTarget, sameKey, tableOf } from './target.ts';

/** Rows that must be there and that fill the same columns. */
export interface PatchGroup {
  readonly layout: Layout;
  readonly uncertain: readonly string[];
  /** Whether their key changes with them. */
  readonly moves: boolean;
  readonly patches: readonly Patch[];
}

/** Gives back `at`, the place of each patch whose row is there, from 1. A row that is newer counts as there. */
export function patchSql(target: StatementTarget, group: PatchGroup, parameters: Parameters): string {
  const { layout, moves, patches, uncertain } = group;
  const width = target.key.length;
  const keyNames = new Set(target.key.map(({ name }) => name));
  const columns = [
    ...Array.from({ length: width }, (_, i) => (row: number) => patches[row]!.origin.cells[i]!),
    ...cellsOf(
      patches.map(({ row }) => row),
      layout.names.length,
    ),
  ];
  const source = unnest(parameters, patches.length, columns);
  const guardAt = target.guard === undefined ? -1 : layout.names.indexOf(target.guard);
  const guard = layout.columns[guardAt];
  const newer =
    guard === undefined ? undefined : `(t.${quoteName(guard.name)} > u.c${guardAt}::${guard.type.cast}) IS TRUE`;
  const sets = layout.columns.flatMap(({ name, type }, i) => {
    if (keyNames.has(name) && !moves) return [];
    const given = `u.c${i}::${type.cast}`;
    const value = uncertain.includes(name) ? keepingLarge(name, given, 't') : given;
    // The row is matched all the same, so that "newer" is not taken for "not there".
    const chosen = newer === undefined ? value : `CASE WHEN ${newer} THEN t.${quoteName(name)} ELSE ${value} END`;
    return [`${quoteName(name)} = ${chosen}`];
  });
  // A row whose other columns all keep their value is only looked for.
  if (sets.length === 0)
    sets.push(...target.key.slice(0, 1).map(({ name }) => `${quoteName(name)} = t.${quoteName(name)}`));
  const names = `${aliases('o', width)}, ${aliases('c', layout.names.length)}, at`;
  return `UPDATE ${tableOf(target)} AS t SET ${sets.join(', ')}
FROM ${source} WITH ORDINALITY AS u(${names})
WHERE ${sameKey(target, 'o')}
RETURNING u.at::int AS at`;
}
