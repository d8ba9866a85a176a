import { MISSING } from '../../select/values/missing.ts';
import type { Row, Warning } from '../contract.ts';
import type { FieldFinder } from '../field-finder.ts';

/** A name that no row has is a misspelt one, nearly always. */
export function missingField(finder: FieldFinder, rows: readonly Row[]): readonly Omit<Warning, 'at'>[] {
  const without = rows.filter((row) => finder.valueIn(row) === MISSING).length;
  if (without === 0) return [];
  return [{ what: `there is no field ${finder.name}`, rows: without, of: rows.length }];
}
