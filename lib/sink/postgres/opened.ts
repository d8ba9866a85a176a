import { SluiceError } from '../../failure/index.ts';
import type { Change } from '../../message/contract.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import type { Table } from './column.ts';
import type { Session } from './connection.ts';
import { createDeferredSql } from './deferred.ts';
import type { Attempt, Outcome } from './delivery.ts';
import { createTableSql } from './evolve/ddl.ts';
import { runDdl } from './evolve/evolve.ts';
import { sqlStateOf } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import type { Segment } from './fold.ts';
import { qualified, type TableName } from './identifier.ts';
import { InsertWriter } from './insert.ts';
import { KeyedWriter } from './keyed.ts';
import { KeylessWriter } from './keyless.ts';
import { createMovedSql, forgetMoved } from './moved.ts';
import { createProvenanceSql, forgetProvenance } from './provenance.ts';
import { mapRows } from './row.ts';
import { isUnique, keyColumns, knowsConflicts, primaryKeyOf, readTable, readVersion } from './schema.ts';
import { createOffsetsSql } from './statement/offsets.ts';
import type { RowGroup } from './statement/upsert.ts';

/** What a rule's target is called in the database. */
export interface Names {
  /** `<stage>.<rule>` */
  readonly sink: string;
  readonly table: TableName;
  readonly offsets: TableName;
  readonly moved: TableName;
  readonly deferred: TableName;
  readonly provenance: TableName;
}

export function namesOf({ name, target }: PostgresSinkRule, stage: string): Names {
  const { schema, table } = target;
  return {
    sink: `${stage}.${name}`,
    table: { schema, table },
    offsets: { schema, table: 'sluice_offsets' },
    moved: { schema, table: 'sluice_moved' },
    deferred: { schema, table: 'sluice_deferred' },
    provenance: { schema, table: 'sluice_provenance' },
  };
}

/** The table's own bookkeeping, by what the rule needs of it. */
export function bookkeeping({ mode }: PostgresSinkRule, names: Names): readonly (readonly [TableName, string])[] {
  return [
    [names.offsets, createOffsetsSql(names.offsets)],
    ...(mode === 'mirror'
      ? ([
          [names.moved, createMovedSql(names.moved)],
          [names.deferred, createDeferredSql(names.deferred)],
        ] as const)
      : []),
    ...(mode === 'insert' ? ([[names.provenance, createProvenanceSql(names.provenance)]] as const) : []),
  ];
}

const THERE_ALREADY = new Set(['23505', '42P07', '42710']);

/** Makes what is missing. Somebody without the right to create may have had it made by somebody else. */
export async function openBookkeeping(session: Session, rule: PostgresSinkRule, names: Names): Promise<void> {
  for (const [table, sql] of bookkeeping(rule, names)) {
    if (await exists(session, table)) continue;
    await session.query(sql).catch((error: unknown) => {
      // Two that create at once: one of them meets the other's rows in the catalog.
      if (!THERE_ALREADY.has(sqlStateOf(error) ?? '')) throw notCreated(error, table, sql);
    });
  }
  if (rule.mode === 'insert') await forgetProvenance(session, names.provenance, names.sink, rule.provenanceFor);
  if (rule.mode === 'mirror') await forgetMoved(session, names.moved, names.sink);
}

async function exists(session: Session, { schema, table }: TableName): Promise<boolean> {
  const { rows } = await session.query({
    text: 'SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
    values: [schema, table],
  });
  return rows.length > 0;
}

function notCreated(error: unknown, table: TableName, sql: string): unknown {
  if (sqlStateOf(error) !== '42501') return error;
  return new SluiceError(
    'MissingRight',
    `the user may not create ${qualified(table)}, which keeps how far the sink is`,
    {
      stage: 'sink',
      fix: `GRANT CREATE ON SCHEMA "${table.schema}" to the user, or create it for them: ${sql.replaceAll(/\s+/g, ' ')}`,
    },
  );
}

export interface Writer {
  /** Does what needs no server, so that `write` of the same changes need not. Throws as that does. */
  prepare?(changes: readonly Change[]): void;
  /** @param first the index of the first of the changes in its slice */
  write(attempt: Attempt, changes: readonly Change[], first: number): Promise<Outcome>;
  /** What would be done, in the order in which it would be. */
  plan(changes: readonly Change[]): readonly (Segment | RowGroup)[];
}

/** The table as it is now, and what writes into it. */
export interface Opened {
  readonly table: Table;
  readonly writer: Writer;
  readonly version: number;
}

/** Reads the table, and makes it first where it is missing and the rule says so. Throws SluiceError, `MissingTable` among them. */
export async function openTable(
  session: Session,
  rule: PostgresSinkRule,
  names: Names,
  changes: readonly Change[],
  place: PostgresPlace,
): Promise<Opened> {
  const version = await readVersion(session);
  let table = await readTable(session, names.table, version);
  if (table === undefined) {
    const sql = createTableSql(rule, names.table, changes);
    if (sql === undefined) throw missingTable(names);
    await runDdl(session, sql);
    table = await readTable(session, names.table, version);
  }
  if (table === undefined) throw missingTable(names);
  return { table, version, writer: openWriter(rule, names, table, version, place) };
}

export function missingTable({ table }: Names): SluiceError {
  return new SluiceError('MissingTable', `there is no table ${qualified(table)}, or the user may not see it`, {
    stage: 'sink',
    fix: 'Create it, or let the rule do so: `createTable`.',
  });
}

/** Throws SluiceError: `MissingKey`, `MissingColumn`, `MissingUniqueKey`. */
export function openWriter(
  rule: PostgresSinkRule,
  names: Names,
  table: Table,
  version: number,
  place: PostgresPlace,
): Writer {
  const onConflict = rule.target.conflict === 'auto' && knowsConflicts(version);
  const options = { addsColumns: rule.schemaEvolution !== 'none' };
  if (rule.mode === 'insert') {
    const mapping = mapRows(table, [], options);
    return new InsertWriter({ table, mapping, provenanceTable: names.provenance, atOnce: onConflict, place });
  }
  const key = rule.primaryKey ?? primaryKeyOf(table);
  if (key === undefined && rule.mode === 'mirror') {
    return new KeylessWriter({ table, mapping: mapRows(table, [], options), allowTruncate: rule.allowTruncate, place });
  }
  if (key === undefined) throw noKey(names);
  if (onConflict && !isUnique(table, key)) throw notUnique(names, key);
  const guard = rule.ifNewer?.column;
  const orderColumn = rule.ifNewer?.by === 'lsn' ? table.columns.find(({ name }) => name === guard) : undefined;
  if (guard !== undefined) keyColumns(table, [guard]);
  return new KeyedWriter({
    target: { table, key: keyColumns(table, key), ...(guard !== undefined && { guard }) },
    mapping: mapRows(table, key, options),
    mode: rule.mode,
    onConflict,
    allowTruncate: rule.allowTruncate,
    orderColumn,
    movedTable: names.moved,
    deferredTable: names.deferred,
    sink: names.sink,
    place,
  });
}

function noKey({ table }: Names): SluiceError {
  return new SluiceError('MissingKey', `the table ${qualified(table)} has no primary key`, {
    stage: 'sink',
    fix: 'Say in `primaryKey` which columns tell its rows apart; a unique index on them is needed as well.',
  });
}

function notUnique({ table }: Names, key: readonly string[]): SluiceError {
  const columns = key.map((name) => `"${name}"`).join(', ');
  return new SluiceError('MissingUniqueKey', `no unique index of ${qualified(table)} is on exactly ${columns}`, {
    stage: 'sink',
    fix: `Run CREATE UNIQUE INDEX ON ${qualified(table)} (${columns}), or correct \`primaryKey\`.`,
  });
}
