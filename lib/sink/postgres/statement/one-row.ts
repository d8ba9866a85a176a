import type { Category } from '../column.ts';
import { qualified, quoteName } from '../identifier.ts';
import type { MappedRow } from '../row.ts';
import type { Parameters } from './parameters.ts';
import type { StatementTarget } from './target.ts';

/** Types that have no equality, or one that is looser than their text. */
const BY_TEXT: ReadonlySet<Category> = new Set(['json', 'point', 'composite', 'other', 'hstore'] as const);

/** Deletes one row that holds exactly these values. */
export function deleteOneSql(
  { table }: Pick<StatementTarget, 'table'>,
  row: MappedRow,
  parameters: Parameters,
): string {
  return `DELETE FROM ${qualified(table)} WHERE ctid = ${oneLike(table, row, parameters)}`;
}

/** Changes one row that holds exactly the values of `before`. */
export function updateOneSql(
  { table }: Pick<StatementTarget, 'table'>,
  before: MappedRow,
  after: MappedRow,
  parameters: Parameters,
): string {
  const sets = after.layout.columns.map(
    ({ name, type }, i) => `${quoteName(name)} = ${parameters.add(after.cells[i]!)}::text::${type.cast}`,
  );
  return `UPDATE ${qualified(table)} SET ${sets.join(', ')} WHERE ctid = ${oneLike(table, before, parameters)}`;
}

function oneLike(table: StatementTarget['table'], { layout, cells }: MappedRow, parameters: Parameters): string {
  const same = layout.columns.map(({ name, type }, i) => {
    const given = `${parameters.add(cells[i]!)}::text::${type.cast}`;
    return BY_TEXT.has(type.category)
      ? `${quoteName(name)}::text IS NOT DISTINCT FROM ${given}::text`
      : `${quoteName(name)} IS NOT DISTINCT FROM ${given}`;
  });
  return `(SELECT ctid FROM ${qualified(table)} WHERE ${same.join(' AND ')} LIMIT 1)`;
}
