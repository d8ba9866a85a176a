import type { Removal } from '../fold.ts';
import { quoteName } from '../identifier.ts';
import { type Parameters, unnest } from './parameters.ts';
import { aliases, type StatementTarget, sameKey, tableOf } from './target.ts';
import { notNewer } from './upsert.ts';

/** @param orders the positions in the source as `numeric[]` texts, where rows are guarded by them */
export function removeSql(
  target: StatementTarget,
  removals: readonly Removal[],
  parameters: Parameters,
  orders: ((removal: Removal) => string | null) | undefined,
  condition?: string,
): string {
  return `${deleteFrom(target, removals, parameters, orders, '')}${condition === undefined ? '' : ` AND ${condition}`}`;
}

/** The same, giving back what some columns held: `at`, the place of the removal from 1, and the texts `v0`, `v1`, … */
export function takeSql(
  target: StatementTarget,
  removals: readonly Removal[],
  parameters: Parameters,
  orders: ((removal: Removal) => string | null) | undefined,
  columns: readonly string[],
): string {
  const texts = columns.map((name, i) => `, t.${quoteName(name)}::text AS v${i}`);
  return `${deleteFrom(target, removals, parameters, orders, ' WITH ORDINALITY')}
RETURNING u.at::int AS at${texts.join('')}`;
}

function deleteFrom(
  target: StatementTarget,
  removals: readonly Removal[],
  parameters: Parameters,
  orders: ((removal: Removal) => string | null) | undefined,
  ordinality: '' | ' WITH ORDINALITY',
): string {
  const width = target.key.length;
  const columns = Array.from({ length: width }, (_, i) => (row: number) => removals[row]!.key.cells[i]!);
  if (orders !== undefined) columns.push((row) => orders(removals[row]!)!);
  const source = unnest(parameters, removals.length, columns);
  const names = `${aliases('k', columns.length)}${ordinality === '' ? '' : ', at'}`;
  const guarded = orders === undefined ? '' : notNewer(target, `u.k${width}`);
  return `DELETE FROM ${tableOf(target)} AS t USING ${source}${ordinality} AS u(${names})
WHERE ${sameKey(target, 'k')}${guarded}`;
}
