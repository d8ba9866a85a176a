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
  { select, references }: Analysis,
  from: number,
): AsyncGenerator<Uint8Array> {
  // Loaded only here: most queries never need it.
  const { openParquet } = await import('../format/parquet/file.ts');
  const file = await openParquet(source);
  const names = file.columns.map(({ name }) => name);
  // Behind a path in FROM the query's names are not those of columns.
  if (select.from.path.some(({ kind }, i) => kind !== 'each' || i > 0)) {
    yield* file.lines(names, from);
    return;
  }
  const named = references.map((column) =>
    column.kind === 'name' ? names[placeInHeader(select.sql, column.step, names)]! : undefined,
  );
  const needed = named.filter((name) => name !== undefined);
  reader.moments = new Set(file.columns.flatMap(({ name, moment }) => (moment ? [name] : [])));
  yield* file.lines(select.projections === '*' || needed.length < named.length ? names : needed, from);
}
