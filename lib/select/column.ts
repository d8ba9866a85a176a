import type { ColumnNode, ColumnStep, From, NameStep } from './ast.ts';
import { queryError } from './query-error.ts';

/** What a path in the query means, once the alias is told from the columns. */
export type Column =
  /** The row itself, or a path into it that begins with `[n]`. */
  | { readonly kind: 'row'; readonly rest: readonly ColumnStep[] }
  /** `_n`, 0-based. */
  | { readonly kind: 'place'; readonly index: number; readonly step: NameStep }
  | { readonly kind: 'name'; readonly step: NameStep; readonly rest: readonly ColumnStep[] };

const PLACE = /^_(\d{1,7})$/;

/** Which names stand for the row: the alias, or what S3 Select takes for it when none is given. */
export function aliasOf(from: From): { readonly name: string; readonly exact: boolean } | undefined {
  if (from.alias !== undefined) return from.alias;
  if (from.path.length === 0) return { name: 'S3Object', exact: false };
  const last = from.path.at(-1)!;
  return last.kind === 'name' ? last : undefined;
}

function names(step: NameStep, alias: { readonly name: string; readonly exact: boolean } | undefined): boolean {
  if (alias === undefined) return false;
  return step.exact ? step.name === alias.name : step.name.toLowerCase() === alias.name.toLowerCase();
}

/**
 * @param from undefined: there is no alias, as in a sink's expression
 * Throws SluiceError `EvaluatorBindingDoesNotExist`, `InvalidColumnIndex`, `InvalidKeyPath`.
 */
export function resolveColumn(sql: string, node: ColumnNode, from: From | undefined, input: 'text' | 'json'): Column {
  const [first, ...rest] = node.path;
  if (from !== undefined && names(first, aliasOf(from))) {
    const [second, ...deeper] = rest;
    if (second?.kind === 'name') return named(sql, second, deeper, input);
    return row(sql, node, rest, input);
  }
  if (from?.alias !== undefined && names(first, { name: 'S3Object', exact: false }) && rest.length > 0) {
    const next = rest[0]?.kind === 'name' ? rest[0].name : '…';
    const what = `S3Object is called ${from.alias.name} here, expected ${from.alias.name}.${next}`;
    throw queryError('EvaluatorBindingDoesNotExist', sql, node.at, what);
  }
  // In JSON, `_1` alone is the row: the first and only thing that FROM gives.
  if (from !== undefined && input === 'json' && first.name === '_1' && !first.exact) return row(sql, node, rest, input);
  return named(sql, first, rest, input);
}

function row(sql: string, node: ColumnNode, rest: readonly ColumnStep[], input: 'text' | 'json'): Column {
  if (input === 'text') {
    throw queryError('InvalidKeyPath', sql, node.at, 'a record of fields is no value, expected a column of it');
  }
  return { kind: 'row', rest };
}

function named(sql: string, step: NameStep, rest: readonly ColumnStep[], input: 'text' | 'json'): Column {
  if (input === 'json') return { kind: 'name', step, rest };
  if (rest.length > 0) {
    const what = `a field has nothing below it, expected ${step.name} alone, or the table's alias in front`;
    throw queryError('InvalidKeyPath', sql, rest[0]!.at, what);
  }
  const place = step.exact ? null : PLACE.exec(step.name);
  if (place === null) return { kind: 'name', step, rest };
  const index = Number(place[1]) - 1;
  if (index < 0) throw queryError('InvalidColumnIndex', sql, step.at, 'columns are counted from _1');
  return { kind: 'place', index, step };
}

/**
 * Finds a column in a header. Throws SluiceError `MissingHeaderName`, `AmbiguousFieldName`.
 * @returns its 0-based place
 */
export function placeInHeader(sql: string, step: NameStep, header: readonly string[] | undefined): number {
  if (header === undefined) {
    const what = `the object has no header that names ${step.name}, expected _1, _2, …`;
    const fix = 'Set header: use if the first record names the columns; with it, only an empty object has none.';
    throw queryError('MissingHeaderName', sql, step.at, what, fix);
  }
  const lower = step.name.toLowerCase();
  const found = header.flatMap((name, i) =>
    (step.exact ? name === step.name : name.toLowerCase() === lower) ? [i] : [],
  );
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const what = `${found.length} columns of the header are called ${step.name}${step.exact ? '' : ', if case does not matter'}`;
    throw queryError(
      'AmbiguousFieldName',
      sql,
      step.at,
      what,
      `Write the column in double quotes, or as _${found[0]! + 1}.`,
    );
  }
  const otherCase = header.find((name) => name.toLowerCase() === lower);
  const fix =
    otherCase === undefined
      ? `Name a column that the object has, or have it written with this one; it has: ${header.slice(0, 50).join(', ')}${header.length > 50 ? ', …' : ''}.`
      : `Write "${otherCase}", as the header does: double quotes make case matter.`;
  throw queryError('MissingHeaderName', sql, step.at, `the header has no column ${step.name}`, fix);
}
