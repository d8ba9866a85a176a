import type { ColumnNode, From } from '../ast.ts';
import { resolveColumn } from '../column.ts';
import type { Columns } from './byte-predicates.ts';
import { WantedName } from './json-name.ts';
import { type JsonRow, pathInto } from './json-row.ts';
import { decodeJson } from './json-value.ts';
import { Found, type Locate } from './span.ts';

/** Columns of JSON rows; `moments` are columns of the row itself. `names` grows with every column that is asked for; rows are made with it afterwards. */
export function jsonColumns(
  sql: string,
  from: From | undefined,
  moments: ReadonlySet<string> = new Set(),
): Columns<JsonRow> & { readonly names: WantedName[] } {
  const names: WantedName[] = [];
  const places = new Map<string, number>();
  return {
    names,
    locate: (node) => locateMember(sql, node, from, names, places, moments),
    decode: (row, found) => decodeJson(row.bytes, row.from, row.to, found),
  };
}

function locateMember(
  sql: string,
  node: ColumnNode,
  from: From | undefined,
  names: WantedName[],
  places: Map<string, number>,
  moments: ReadonlySet<string>,
): Locate<JsonRow> {
  const column = resolveColumn(sql, node, from, 'json');
  if (column.kind === 'place') throw new Error('JSON has no columns by place');
  const rest = pathInto(column.rest);
  if (column.kind === 'row') return rest.length === 0 ? (row) => row.whole() : (row) => row.path(rest);
  const { name, exact } = column.step;
  const id = `${exact ? '=' : '~'}${exact ? name : name.toLowerCase()}`;
  const place = places.get(id) ?? names.push(new WantedName(name, exact)) - 1;
  places.set(id, place);
  const isMoment = rest.length === 0 && [...moments].some((each) => (exact ? each === name : isSame(each, name)));
  if (!isMoment) return (row) => row.member(place, rest);
  return (row) => {
    const found = row.member(place, rest);
    return found === Found.TEXT ? Found.MOMENT : found;
  };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
