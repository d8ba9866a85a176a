import { type Finding, failed, ok, type Probe, probe, resting, warning } from '../../export/check/probe.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import { judgeWaiting } from './check-waiting.ts';
import type { Table } from './column.ts';
import type { PostgresConnection, Session } from './connection.ts';
import { placeText } from './finding.ts';
import { qualified, quoteName, type TableName } from './identifier.ts';
import { bookkeeping, type Names } from './opened.ts';
import { isUnique, knowsConflicts, primaryKeyOf, readTable, readVersion } from './schema.ts';

export interface CheckOptions {
  readonly rule: PostgresSinkRule;
  readonly names: Names;
  readonly connection: PostgresConnection;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Server and login, table, key, columns, rights, bookkeeping: each is looked at, and says how to mend it. Never throws. */
export async function checkPostgres({ rule, names, connection, clock }: CheckOptions): Promise<readonly Probe[]> {
  const { host, port } = connection.place;
  const options = {
    clock,
    ifSilent: `Nothing answers at ${host}:${port}. Its security group must let port ${port} in from the function's; a private address needs \`vpc\` in the rule, a public one from inside a VPC a NAT gateway.`,
  };
  const server = connection.run(readServer);
  const table = server.then(({ version }) => connection.run((session) => readTable(session, names.table, version)));
  // Each is told by its own probe.
  for (const promise of [server, table]) promise.catch(() => undefined);
  const found = (what: string, judge: (table: Table) => Promise<Finding>) =>
    probe(what, options, () =>
      resting(table, 'the server', async (each) =>
        each === undefined ? { state: 'skipped', detail: 'not judged: there is no table yet' } : judge(each),
      ),
    );
  return Promise.all([
    probe(`postgres ${rule.target.connection}`, options, async () => judgeServer(await server, rule, connection)),
    probe(`table ${qualified(names.table)}`, options, () =>
      resting(table, 'the server', async (each) => judgeTable(each, rule, names)),
    ),
    found('key', async (each) => judgeKey(each, rule, (await server).version)),
    found('columns', async (each) => judgeColumns(each, rule)),
    found('rights on the table', (each) => connection.run((session) => judgeRights(session, each, rule, connection))),
    probe('sluice_offsets', options, () =>
      resting(server, 'the server', () =>
        connection.run((session) => judgeBookkeeping(session, rule, names, connection)),
      ),
    ),
    ...(rule.mode === 'mirror'
      ? [
          probe('sluice_deferred', options, () =>
            resting(server, 'the server', () => connection.run((session) => judgeWaiting(session, names))),
          ),
        ]
      : []),
  ]);
}

interface Server {
  readonly version: number;
  readonly shown: string;
  readonly replica: boolean;
}

async function readServer(session: Session): Promise<Server> {
  const version = await readVersion(session);
  const { rows } = await session.query<{ shown: string; replica: boolean }>(
    'SELECT pg_catalog.version() AS shown, pg_catalog.pg_is_in_recovery() AS replica',
  );
  return { version, shown: rows[0]?.shown ?? '', replica: rows[0]?.replica ?? false };
}

function judgeServer(
  { shown, version, replica }: Server,
  rule: PostgresSinkRule,
  connection: PostgresConnection,
): Finding {
  const { place } = connection;
  if (replica) return failed(`${placeText(place)} is a replica and takes no writes`, 'Use the address of the writer.');
  const name = /Greenplum Database [\d.]+/.exec(shown)?.[0] ?? shown.split(/ on |,/)[0] ?? shown;
  const tls = place.tls === undefined ? 'without TLS' : place.tls.verify ? 'TLS, verified' : 'TLS, not verified';
  const way =
    rule.mode === 'insert'
      ? 'COPY'
      : rule.target.conflict === 'auto' && knowsConflicts(version)
        ? 'ON CONFLICT'
        : 'DELETE and INSERT';
  return ok(`${name}, signed in as ${place.username} to ${place.database}, ${tls}; rows are written by ${way}`);
}

function judgeTable(table: Table | undefined, { createTable }: PostgresSinkRule, names: Names): Finding {
  if (table !== undefined) return ok(`${table.columns.length} columns`);
  if (createTable.from === 'nothing') {
    return failed(
      `there is no table ${qualified(names.table)}, or the user may not see it`,
      'Create it, or set `createTable`; names are case-sensitive.',
    );
  }
  return ok(
    createTable.from === 'columns'
      ? 'missing: made at the first message'
      : "missing: made from the first event's schema",
  );
}

function judgeKey(table: Table, { mode, primaryKey, target }: PostgresSinkRule, version: number): Finding {
  if (mode === 'insert') return ok('not needed: every row is a new one');
  const key = primaryKey ?? primaryKeyOf(table);
  const named = key?.map((name) => quoteName(name)).join(', ');
  if (key === undefined) {
    return mode === 'mirror'
      ? warning(
          'the table has no primary key: rows are found by all of their columns, one at a time',
          'Say in `primaryKey` which columns tell rows apart, if there are such.',
        )
      : failed(
          'the table has no primary key',
          'Say in `primaryKey` which columns tell rows apart; a unique index on them is needed as well.',
        );
  }
  if (isUnique(table, key)) return ok(named ?? '');
  const fix = `Run CREATE UNIQUE INDEX ON ${qualified(table)} (${named}), or correct \`primaryKey\`.`;
  return target.conflict === 'auto' && knowsConflicts(version)
    ? failed(`no unique index is on exactly ${named}`, fix)
    : warning(`no unique index is on exactly ${named}: each batch searches the whole table`, fix);
}

function judgeColumns(table: Table, { columns, schemaEvolution, ifNewer }: PostgresSinkRule): Finding {
  const known = new Set(table.columns.map(({ name }) => name));
  const wanted = [
    ...(columns === 'all' ? [] : Object.keys(columns)),
    ...(ifNewer === undefined ? [] : [ifNewer.column]),
  ];
  const missing = wanted.filter((name) => !known.has(name)).map((name) => quoteName(name));
  if (missing.length > 0 && schemaEvolution === 'none') {
    return failed(
      `the table has no ${missing.join(', ')}`,
      'Add the columns, correct `columns`, or set `schemaEvolution: add-columns`.',
    );
  }
  const computed = columns === 'all' ? [] : table.columns.filter(({ name, generated }) => generated && name in columns);
  if (computed.length > 0) {
    return warning(
      `the server computes ${computed.map(({ name }) => quoteName(name)).join(', ')}: what is mapped there is not written`,
      'Leave it out of `columns`.',
    );
  }
  const unfilled = table.columns.filter(
    ({ name, notNull, hasDefault, generated }) =>
      notNull && !hasDefault && !generated && columns !== 'all' && !(name in columns),
  );
  if (unfilled.length === 0) return ok(columns === 'all' ? 'by name' : `${Object.keys(columns).length} mapped`);
  return failed(
    `nothing fills ${unfilled.map(({ name }) => quoteName(name)).join(', ')}, which must have a value`,
    'Map a field or a constant to it, or give it a default.',
  );
}

const NEEDED = {
  insert: ['INSERT'],
  upsert: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  mirror: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
} as const;

async function judgeRights(
  session: Session,
  table: Table,
  { mode }: PostgresSinkRule,
  { place }: PostgresConnection,
): Promise<Finding> {
  const missing = await lacking(session, table, NEEDED[mode]);
  if (missing.length === 0) return ok(NEEDED[mode].join(', '));
  return failed(
    `${place.username} lacks ${missing.join(', ')} on ${qualified(table)}`,
    `GRANT ${missing.join(', ')} ON ${qualified(table)} TO ${quoteName(place.username)};`,
  );
}

async function lacking(session: Session, table: TableName, rights: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const right of rights) {
    const { rows } = await session.query<{ has: boolean }>({
      text: 'SELECT pg_catalog.has_table_privilege($1::text, $2::text) AS has',
      values: [qualified(table), right],
    });
    if (rows[0]?.has !== true) missing.push(right);
  }
  return missing;
}

async function judgeBookkeeping(
  session: Session,
  rule: PostgresSinkRule,
  names: Names,
  { place }: PostgresConnection,
): Promise<Finding> {
  const user = quoteName(place.username);
  const absent: string[] = [];
  for (const [table, sql] of bookkeeping(rule, names)) {
    const { rows } = await session.query({
      text: 'SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
      values: [table.schema, table.table],
    });
    if (rows.length === 0) {
      absent.push(sql.replaceAll(/\s+/g, ' '));
      continue;
    }
    const missing = await lacking(session, table, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
    if (missing.length > 0) {
      return failed(
        `${place.username} lacks ${missing.join(', ')} on ${qualified(table)}`,
        `GRANT ${missing.join(', ')} ON ${qualified(table)} TO ${user};`,
      );
    }
  }
  if (absent.length === 0) return ok('there, beside the target');
  const { rows } = await session.query<{ has: boolean | null }>({
    text: "SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS has FROM pg_catalog.pg_namespace n WHERE n.nspname = $1",
    values: [names.offsets.schema],
  });
  const schema = quoteName(names.offsets.schema);
  if (rows[0] === undefined)
    return failed(`there is no schema ${schema}`, `CREATE SCHEMA ${schema}, or correct \`target.schema\`.`);
  if (rows[0].has === true) return ok('made at the first message');
  return failed(
    `${place.username} may not create it in ${schema}`,
    `GRANT CREATE ON SCHEMA ${schema} TO ${user}, or create it for them: ${absent.join('; ')}`,
  );
}
