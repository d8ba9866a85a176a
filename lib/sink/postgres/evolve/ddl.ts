import { SluiceError } from '../../../failure/index.ts';
import type { Change, Put } from '../../../message/contract.ts';
import type { PostgresSinkRule } from '../../../rule/schema.ts';
import type { Table } from '../column.ts';
import { qualified, quoteName, quoteText, type TableName } from '../identifier.ts';
import { defaultOf, typeOfField, typeOfValue } from './column-type.ts';

/** A column as DDL names it. */
export interface NewColumn {
  readonly name: string;
  readonly type: string;
  /** As text that the type reads. Where a source adds a column with a default, its rows get that, and no event says so. */
  readonly default?: string;
}

/** The fields of these changes in the order in which they were first met, each with the type that its column needs. */
export function columnsOf(changes: readonly Change[]): readonly NewColumn[] {
  const columns = new Map<string, NewColumn | undefined>();
  for (const change of changes) {
    if (change.kind !== 'put') continue;
    const { row, schema } = change;
    row.names.forEach((name, i) => {
      if (columns.get(name) !== undefined) return;
      const field = schema?.find((each) => each.name === name);
      const type = field === undefined ? typeOfValue(row.values[i]!) : typeOfField(field);
      columns.set(name, type === undefined ? undefined : { name, type, ...defaultOf(field, type) });
    });
  }
  return [...columns.values()].flatMap((column) => (column === undefined ? [] : [column]));
}

/** Throws SluiceError `MissingTable`, `NoSchema`. Undefined: a missing table is an error. */
export function createTableSql(
  { createTable, primaryKey, ifNewer, mode }: PostgresSinkRule,
  name: TableName,
  changes: readonly Change[],
): string | undefined {
  if (createTable.from === 'nothing') return undefined;
  const columns =
    createTable.from === 'columns'
      ? Object.entries(createTable.columns).map(([column, type]) => ({ name: column, type }))
      : columnsOf(changes);
  if (columns.length === 0) throw noSchema(name);
  const key = primaryKey ?? (mode === 'mirror' ? keyOf(changes) : undefined);
  const guard = ifNewer?.by === 'lsn' && !columns.some((column) => column.name === ifNewer.column);
  const lines = [
    ...columns.map(columnSql),
    ...(guard ? [columnSql({ name: ifNewer.column, type: 'numeric[]' })] : []),
    ...(key === undefined ? [] : [`PRIMARY KEY (${key.map(quoteName).join(', ')})`]),
  ];
  return `CREATE TABLE IF NOT EXISTS ${qualified(name)} (\n  ${lines.join(',\n  ')}\n)`;
}

const columnSql = ({ name, type }: NewColumn): string => `${quoteName(name)} ${type}`;

function addedSql(column: NewColumn): string {
  const { default: value } = column;
  return `ADD COLUMN ${columnSql(column)}${value === undefined ? '' : ` DEFAULT ${quoteText(value)}`}`;
}

function keyOf(changes: readonly Change[]): readonly string[] | undefined {
  const put = changes.find((change): change is Change & Put => change.kind === 'put' && change.key !== undefined);
  return put?.key?.names;
}

function noSchema(name: TableName): SluiceError {
  return new SluiceError(
    'NoSchema',
    `there is no table ${qualified(name)}, and these messages do not tell its columns`,
    {
      stage: 'sink',
      fix: 'Write the columns: `createTable: { id: bigint, … }`, or create the table.',
    },
  );
}

/** One statement for all of them: the table is locked and rewritten, if at all, once. */
export function alterTableSql(
  table: Table,
  added: readonly NewColumn[],
  widened: readonly NewColumn[],
): string | undefined {
  const actions = [
    ...added.map(addedSql),
    ...widened.map(({ name, type }) => `ALTER COLUMN ${quoteName(name)} TYPE ${type}`),
  ];
  return actions.length === 0 ? undefined : `ALTER TABLE ${qualified(table)} ${actions.join(', ')}`;
}

export function unknownColumn(name: TableName, fields: readonly string[], changes: readonly Change[]): SluiceError {
  const types = new Map(columnsOf(changes).map((column) => [column.name, column.type]));
  const named = fields.map((field) => `"${field}"`).join(', ');
  const added = fields.map((field) => `ADD COLUMN ${columnSql({ name: field, type: types.get(field) ?? 'text' })}`);
  return new SluiceError('MissingColumn', `the table ${qualified(name)} has no column for ${named}`, {
    stage: 'sink',
    fix: `Set \`schemaEvolution: add-columns\`, leave the field out (\`drop\`, or \`columns\`), or run ALTER TABLE ${qualified(name)} ${added.join(', ')}.`,
  });
}
