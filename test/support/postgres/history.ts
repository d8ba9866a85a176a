import fc from 'fast-check';
import type { Change } from '../../../lib/message/contract.ts';
import { put, remove, structOf, truncate } from './schema.ts';

/** A source table of few rows, so that keys and unique values meet again and again. */
export interface SourceRow {
  readonly id: number;
  readonly a: string;
  readonly big: string;
  readonly email: string | null;
}

export interface History {
  /** In the order of the source; offsets from 0. */
  readonly changes: readonly Change[];
  readonly rows: readonly SourceRow[];
}

const command = fc.record({
  kind: fc.constantFrom('insert', 'update', 'update', 'keep', 'delete', 'rekey', 'rekey', 'swap', 'truncate'),
  id: fc.integer({ min: 1, max: 5 }),
  to: fc.integer({ min: 1, max: 5 }),
  email: fc.option(fc.constantFrom('x', 'y', 'z')),
});

/** What a connector tells of a table on which these commands were run, those that the table refuses left out. */
export function histories(options: { readonly truncates: boolean }): fc.Arbitrary<History> {
  return fc.array(command, { minLength: 1, maxLength: 30 }).map((commands) => {
    const table = new Map<number, SourceRow>();
    const changes: Change[] = [];
    let position = 0;
    const next = () => [BigInt(++position)];
    const isFree = (email: string | null, id: number) =>
      email === null || ![...table.values()].some((row) => row.email === email && row.id !== id);
    const tell = (row: SourceRow, kept: boolean, formerKey?: number, order = next()) => {
      const { big, ...rest } = row;
      const message = put(changes.length, kept ? { ...rest } : { ...row }, {
        unchanged: kept ? ['big'] : [],
        order,
        ...(formerKey !== undefined && { formerKey: structOf({ id: formerKey }) }),
      });
      table.set(row.id, row);
      changes.push(message);
    };
    const value = () => `${changes.length}`;

    commands.forEach(({ kind, id, to, email }) => {
      const row = table.get(id);
      if (kind === 'truncate') {
        if (!options.truncates) return;
        table.clear();
        changes.push(truncate(changes.length, next()));
      } else if (kind === 'insert') {
        if (row === undefined && isFree(email, id)) tell({ id, a: value(), big: `large ${value()}`, email }, false);
      } else if (row === undefined) return;
      else if (kind === 'delete') {
        table.delete(id);
        changes.push(remove(changes.length, { id }, { order: next() }));
      } else if (kind === 'rekey') {
        if (table.has(to)) return;
        table.delete(id);
        // The two halves of a changed key stand at one place.
        const order = next();
        changes.push(remove(changes.length, { id }, { laterKey: structOf({ id: to }), order }));
        tell({ ...row, id: to, a: value() }, true, id, order);
      } else if (kind === 'swap') {
        const other = table.get(to);
        if (other === undefined || id === to || row.email === null || other.email === null) return;
        tell({ ...row, email: 'between' }, true);
        tell({ ...other, email: row.email }, true);
        tell({ ...row, email: other.email }, true);
      } else if (isFree(email, id)) {
        tell({ id, a: value(), big: kind === 'keep' ? row.big : `large ${value()}`, email }, kind === 'keep');
      }
    });
    return { changes, rows: [...table.values()].sort((one, two) => one.id - two.id) };
  });
}
