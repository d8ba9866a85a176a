import { SluiceError } from '../../../failure/index.ts';
import type { Change } from '../../../message/contract.ts';
import type { PostgresSinkRule } from '../../../rule/schema.ts';
import { isNumeric } from '../../../select/values/number.ts';
import { RowFault } from '../../row-fault.ts';
import { numberText } from '../cast/number.ts';
import type { Table } from '../column.ts';
import type { Session } from '../connection.ts';
import { sqlStateOf } from '../failure.ts';
import type { Cell } from '../row.ts';
import { UnknownFields } from '../row.ts';
import { alterTableSql, columnsOf, type NewColumn, unknownColumn } from './ddl.ts';
import { widened } from './widen.ts';

/** What a column without room for a value is refused with. */
const TOO_NARROW = new Set(['ValueTooLong', 'ValueOutOfRange', 'CannotCast']);
const MADE_MEANWHILE = new Set(['42701', '42P07', '23505']);

/** Whether a change of the table could be what the failure asks for. */
export function mayBeRemedied(failure: unknown, { schemaEvolution }: PostgresSinkRule): boolean {
  if (failure instanceof UnknownFields) return true;
  return schemaEvolution === 'widen' && failure instanceof RowFault && TOO_NARROW.has(failure.code);
}

/** DDL, and the columns that are new or another type by it. */
export interface Remedy {
  readonly sql: string;
  readonly columns: readonly NewColumn[];
}

/**
 * What lets these changes pass, as far as the rule lets the table change. Undefined: nothing of the table is to be changed
 * for this failure. Throws SluiceError `MissingColumn`.
 */
export function remedyOf(
  failure: unknown,
  rule: PostgresSinkRule,
  table: Table,
  changes: readonly Change[],
): Remedy | undefined {
  if (!(failure instanceof UnknownFields)) {
    const columns = widenings(table, changes);
    const sql = alterTableSql(table, [], columns);
    return sql === undefined ? undefined : { sql, columns };
  }
  const columns = columnsOf(changes).filter(({ name }) => !table.columns.some((column) => column.name === name));
  const told = new Set(columns.map(({ name }) => name));
  const sql = alterTableSql(table, columns, []);
  if (sql === undefined || rule.schemaEvolution === 'none' || failure.fields.some((name) => !told.has(name))) {
    throw unknownColumn(table, failure.fields, changes);
  }
  return { sql, columns };
}

function widenings(table: Table, changes: readonly Change[]): readonly NewColumn[] {
  return table.columns.flatMap((column) => {
    const cells = changes.map((change) => sizeOf(change, column.name));
    const type = widened(column, cells);
    return type === undefined ? [] : [{ name: column.name, type }];
  });
}

function sizeOf(change: Change, column: string): Cell {
  if (change.kind !== 'put') return null;
  const value = change.row.values[change.row.names.indexOf(column)];
  if (typeof value === 'string') return value;
  return value !== undefined && isNumeric(value) ? numberText(value) : null;
}

/** Runs DDL; what somebody else did meanwhile counts as done. */
export async function runDdl(session: Session, sql: string): Promise<void> {
  try {
    await session.query(sql);
  } catch (error) {
    const sqlState = sqlStateOf(error) ?? '';
    if (MADE_MEANWHILE.has(sqlState)) return;
    if (sqlState !== '42501') throw error;
    throw new SluiceError('MissingRight', `the user may not run ${sql.replaceAll(/\s+/g, ' ')}`, {
      stage: 'sink',
      fix: 'Only its owner may change a table, and creating one takes CREATE on the schema: grant that, or run it as somebody who may.',
    });
  }
}
