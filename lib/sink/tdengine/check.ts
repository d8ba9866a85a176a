import { type Finding, failed, ok, type Probe, probe, resting, warning } from '../../export/check/probe.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import type { Inspection, TableCatalog } from './catalog.ts';
import { takesCompositeKeys, tooOldForKeys } from './definition.ts';
import { quoteText } from './names.ts';
import type { RestClient } from './rest.ts';
import { POSITION_COLUMN } from './table.ts';

export interface CheckOptions {
  open(): Promise<{ readonly client: RestClient; readonly catalog: TableCatalog }>;
  readonly rule: TdengineSinkRule;
  /** Named where there is no answer. */
  readonly origin: string;
  readonly clock: () => number;
}

/** Server and login, rights, database, super table: each is looked at, and says how to mend it. */
export async function checkTdengine({ open, rule, origin, clock }: CheckOptions): Promise<readonly Probe[]> {
  const ifSilent = `Nothing answers at ${origin}: is the port open from here? A private address needs \`vpc\` in the rule, with a security group that lets the port in.`;
  const options = { clock, ifSilent };
  const { connection, database, superTable } = rule.target;
  const opened = open();
  const version = opened.then(({ catalog }) => catalog.serverVersion());
  const inspection = version.then(async () => (await opened).catalog.inspect());
  // Each is told by its own probe.
  for (const promise of [opened, version, inspection]) promise.catch(() => undefined);
  return Promise.all([
    probe(`tdengine ${connection}`, options, async () => judgeServer(await version, rule)),
    probe(`rights on ${database}`, options, () =>
      resting(version, 'the server', async () => judgeRights((await opened).client, rule)),
    ),
    probe(`database ${database}`, options, () =>
      resting(version, 'the server', async () => judgeDatabase(await inspection, rule)),
    ),
    probe(`super table ${superTable}`, options, () =>
      resting(inspection, 'the database', async (found) => judgeTable((await opened).catalog, found, rule)),
    ),
  ]);
}

function judgeServer(version: string, { sameTimestamp }: TdengineSinkRule): Finding {
  if (sameTimestamp !== 'key' || takesCompositeKeys(version)) return ok(`TDengine ${version}, signed in`);
  const { message, fix } = tooOldForKeys(version);
  return failed(message, fix ?? '');
}

/** What the user may do cannot be tried without writing: it is read, where the user may read it. */
async function judgeRights(client: RestClient, { target }: TdengineSinkRule): Promise<Finding> {
  const notTold = warning(
    'the rights of the user could not be read',
    `See that it has WRITE on ${target.database} (ALL, where the rule makes or changes tables): SHOW USER PRIVILEGES.`,
  );
  let rows: Awaited<ReturnType<RestClient['query']>>;
  try {
    const [row] = await client.query('SELECT CURRENT_USER()');
    const user = String(row?.[0] ?? '').replace(/@.*$/, '');
    // Its rights are listed nowhere on some versions, and cannot be taken away.
    if (user === 'root') return ok('root may do everything');
    rows = await client.query(
      `SELECT \`privilege\`,\`db_name\` FROM information_schema.ins_user_privileges WHERE \`user_name\`=${quoteText(user)}`,
    );
  } catch {
    return notTold;
  }
  const here = rows.filter(([, database]) => database === target.database || database === 'all' || database === '*');
  const rights = [...new Set(here.map(([privilege]) => String(privilege).toLowerCase()))];
  if (rights.includes('all') || rights.includes('write')) return ok(`${rights.join(' and ')} on ${target.database}`);
  // Later versions tell rights in other words.
  if (here.length === 0 && rows.length > 0) return notTold;
  return failed(
    `the user may not write to ${target.database}`,
    `GRANT WRITE ON ${target.database}.* TO the user (ALL, where the rule makes or changes tables).`,
  );
}

function judgeDatabase({ database }: Inspection, { create, target }: TdengineSinkRule): Finding {
  const asked = create?.database;
  if (database === undefined) {
    if (asked !== undefined) return ok(`${target.database} is not there and will be made, in ${asked.precision}`);
    return failed(
      `there is no database ${target.database}`,
      'Create it, or let the rule do so: `create: { database: { precision: ms } }`.',
    );
  }
  const { precision, keepMs } = database;
  const keeps = keepMs === undefined ? '' : `, rows stay ${Math.floor(keepMs / 86_400_000)} days`;
  const detail = `${target.database} is in ${precision}${keeps}`;
  if (asked === undefined || asked.precision === precision) return ok(detail);
  return warning(
    `${detail}; the rule asks for ${asked.precision}, which only a new database can have`,
    `Timestamps are written in ${precision}. Write \`precision: ${precision}\` in the rule, or name another database.`,
  );
}

function judgeTable(catalog: TableCatalog, inspection: Inspection, rule: TdengineSinkRule): Finding {
  const { target, sameTimestamp } = rule;
  const statements = catalog.missing(inspection).map(({ sql }) => sql);
  catalog.bind(inspection);
  const { table } = inspection;
  if (table === undefined) return ok(`${target.superTable} is not there and will be made: ${statements.at(-1)}`);
  const detail = `${target.superTable} has ${table.columns.length + 1} columns and ${table.tags.length} tags`;
  if (sameTimestamp === 'key' && table.key?.name !== POSITION_COLUMN) {
    return warning(
      `${detail}, and no key column ${POSITION_COLUMN}: of rows of one sub-table with the same ${table.time} only the last stays`,
      `A key cannot be added to a table. Let the rule make a new super table, or write \`sameTimestamp: last\` if that is meant.`,
    );
  }
  if (statements.length > 0) return ok(`${detail}; will be changed: ${statements.join('; ')}`);
  return ok(detail);
}
