import type { Change } from '../../message/contract.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import type { Remark } from '../contract.ts';
import type { Table } from './column.ts';

/**
 * Columns of a mirror that its source does not fill: it may have dropped or renamed them. No event tells of that, and
 * nothing is ever dropped here; each column is told of once by an instance.
 */
export class AbsentColumns {
  readonly #applies: boolean;
  readonly #guard: string | undefined;
  readonly #told = new Set<string>();
  #lastNames: readonly string[] | undefined;

  constructor({ mode, columns, ifNewer }: PostgresSinkRule) {
    this.#applies = mode === 'mirror' && columns === 'all';
    this.#guard = ifNewer?.column;
  }

  in(table: Table, changes: readonly Change[]): readonly Remark[] {
    if (!this.#applies) return [];
    const remarks: Remark[] = [];
    for (const change of changes) {
      if (change.kind !== 'put' || change.row.names === this.#lastNames) continue;
      this.#lastNames = change.row.names;
      for (const { name, generated } of table.columns) {
        if (generated || name === this.#guard || this.#told.has(name)) continue;
        if (change.row.names.includes(name) || change.unchanged.includes(name)) continue;
        this.#told.add(name);
        remarks.push({
          code: 'ColumnNotFilled',
          reason: `the source has no column "${name}" (dropped or renamed there, or added here): it keeps its values, and its default in new rows`,
        });
      }
    }
    return remarks;
  }
}
