import type { Column } from '../column.ts';
import type { Cell } from '../row.ts';

const INTEGERS: readonly string[] = ['smallint', 'integer', 'bigint', 'numeric'];
const LIMITS = [2n ** 15n, 2n ** 31n, 2n ** 63n] as const;

/**
 * The type that takes what the column holds and these cells, where only its size stands in the way; undefined: it has
 * room, or no type of its kind would do. Nothing that is stored changes its value or its text.
 */
export function widened({ type }: Column, cells: readonly Cell[]): string | undefined {
  const given = cells.filter((cell): cell is string => cell !== null);
  const at = INTEGERS.indexOf(type.name);
  if (at >= 0 && at < LIMITS.length) return integerFor(at, given);
  const [, kind = '', sizes] = /^(character varying|character|numeric)\((.*)\)$/.exec(type.name) ?? [];
  if (sizes === undefined) return undefined;
  if (kind === 'numeric') return given.some((cell) => !fitsNumeric(cell, sizes)) ? 'numeric' : undefined;
  const length = Number(sizes);
  // Blanks at the end of character(n) mean nothing and would mean something in another type.
  if (kind === 'character') return undefined;
  return given.some((cell) => [...cell].length > length) ? 'text' : undefined;
}

function integerFor(at: number, cells: readonly string[]): string | undefined {
  let needed = at;
  for (const cell of cells) {
    if (/^[+-]?\d+$/.test(cell)) {
      const value = BigInt(cell.startsWith('+') ? cell.slice(1) : cell);
      while (needed < LIMITS.length && (value >= LIMITS[needed]! || value < -LIMITS[needed]!)) needed++;
    } else if (/^[+-]?\d*\.\d*$/.test(cell)) needed = LIMITS.length;
  }
  return needed === at ? undefined : INTEGERS[needed];
}

/** Only digits before the point are refused; those behind it would be rounded, without a word. */
function fitsNumeric(cell: string, sizes: string): boolean {
  const [precision = 0, scale = 0] = sizes.split(',').map(Number);
  const [, whole = '', fraction = ''] = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/.exec(cell) ?? [];
  return whole.length <= precision - scale && fraction.length <= scale;
}
