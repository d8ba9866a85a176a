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
    // The last shape is the source's as it is now: rows before it may lack columns that were added since.
    const last = changes.findLast((change) => change.kind === 'put');
    if (last === undefined || last.row.names === this.#lastNames) return [];
    this.#lastNames = last.row.names;
    for (const { name, generated } of table.columns) {
      if (generated || name === this.#guard || this.#told.has(name)) continue;
      if (last.row.names.includes(name) || last.unchanged.includes(name)) continue;
      this.#told.add(name);
      remarks.push({
        code: 'ColumnNotFilled',
        reason: `the source's changes have no column "${name}" (dropped or renamed there, added here, or of a type that the connector leaves out): it keeps its values, and its default in new rows`,
      });
    }
    return remarks;
  }
}
