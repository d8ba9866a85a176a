import { openParquet } from '../format/parquet/file.ts';
import type { ParquetRowReader } from '../format/parquet/row-reader.ts';
import type { RandomAccess } from '../object/contract.ts';
import type { Analysis } from './analyse.ts';
import { placeInHeader } from './column.ts';

/**
 * What `reader` reads of a Parquet file: its rows from `from` on, with the columns that the query names.
 * Throws SluiceError `MissingHeaderName`, `AmbiguousFieldName` before the first row, and what the file throws.
 */
export async function* parquetBody(
  source: RandomAccess,
  reader: ParquetRowReader,
  analysis: Analysis,
  from: number,
): AsyncGenerator<Uint8Array> {
  const file = await openParquet(source);
  reader.moments = new Set(file.columns.flatMap(({ name, moment }) => (moment ? [name] : [])));
  const names = file.columns.map(({ name }) => name);
  yield* file.lines(neededOf(analysis, names), from);
}

function neededOf({ select, references }: Analysis, names: readonly string[]): readonly string[] {
  // Behind a path in FROM the query's names are not those of columns.
  const deep = select.from.path.some(({ kind }, i) => kind !== 'each' || i > 0);
  if (deep || select.projections === '*') {
    if (!deep)
      for (const column of references) if (column.kind === 'name') placeInHeader(select.sql, column.step, names);
    return names;
  }
  return references.flatMap((column) => {
    if (column.kind !== 'name') return names;
    return names[placeInHeader(select.sql, column.step, names)]!;
  });
}
