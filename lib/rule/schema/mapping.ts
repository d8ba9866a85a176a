import { z } from 'zod';
import { RESERVED } from '../../select/reserved.ts';
import { text } from './scalars.ts';

const constant = z.union([z.string(), z.number(), z.boolean()]);

/** What a column is filled with, as a user writes it. Resolves to an expression of the select engine. */
export const mapping = () =>
  z
    .union([
      text(),
      z.number(),
      z.boolean(),
      z.strictObject({ value: constant.describe('The same in every row.') }),
      z.strictObject({
        from: text().describe('A field or an expression.'),
        default: constant.describe('Where that is null or missing.'),
      }),
    ])
    .transform((given) => {
      if (typeof given !== 'object') return typeof given === 'string' ? expression(given) : literal(given);
      if ('value' in given) return literal(given.value);
      return `COALESCE(${expression(given.from)}, ${literal(given.default)})`;
    })
    .meta({ title: 'field, expression, or constant' });

/** Columns or tags by name. */
export const mappings = () =>
  z.record(text(), mapping()).refine((map) => Object.keys(map).length > 0, { error: 'a map with at least one entry' });

/** Whoever names a field that SQL reserves (`date`, `user`, `value`) means the field. */
export function expression(given: string): string {
  const isReservedName = /^\w+$/.test(given) && RESERVED.has(given.toUpperCase());
  return isReservedName && !/^(null|true|false)$/i.test(given) ? `"${given}"` : given;
}

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
