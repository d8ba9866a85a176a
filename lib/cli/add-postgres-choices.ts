import { PostgresConnection, type Session } from '../sink/postgres/connection.ts';
import { resolvePostgres } from '../sink/postgres/endpoint.ts';
import { primaryKeyOf, readTable, readVersion } from '../sink/postgres/schema.ts';
import { connectionsOf, orUndefined, secretsFor } from './add-choices.ts';
import type { Asking } from './add-form.ts';

const REACHED_WITHIN_MS = 2_500;

/** The schemas of the target, `public` first. None where it cannot be asked, which is said once. */
export async function schemaChoices(asking: Asking): Promise<readonly string[]> {
  const told = await orUndefined(asking.context, 'schemas', () =>
    asked(asking, async (session) => {
      const { rows } = await session.query<{ database: string; others: string; schemas: string }>(PLACE);
      return rows[0];
    }),
  );
  if (told === undefined) return [];
  const others = told.others === '' ? '' : ` The server has also ${told.others}: each wants a connection of its own.`;
  asking.context.terminal.err(`It is the database ${told.database}.${others}`);
  return told.schemas.split(', ');
}

/** Undefined where nobody can say. */
export function tableChoices(asking: Asking): Promise<readonly string[] | undefined> {
  const { schema = '' } = asking.answers;
  return silently(() =>
    asked(asking, async (session) => {
      const { rows } = await session.query<{ name: string }>({ text: TABLES, values: [schema || 'public'] });
      return rows.map(({ name }) => name);
    }),
  );
}

/** The primary key of the table; none where there is none, or nobody can say. */
export async function keyOf(asking: Asking): Promise<readonly string[]> {
  const { schema = '', table = '' } = asking.answers;
  const found = await silently(() =>
    asked(asking, async (session) =>
      readTable(session, { schema: schema || 'public', table }, await readVersion(session)),
    ),
  );
  return found === undefined ? [] : (primaryKeyOf(found) ?? []);
}

const PLACE = `SELECT pg_catalog.current_database()::text AS database,
  (SELECT COALESCE(pg_catalog.string_agg(datname::text, ', ' ORDER BY datname), '') FROM pg_catalog.pg_database
    WHERE NOT datistemplate AND datallowconn AND datname <> pg_catalog.current_database()) AS others,
  (SELECT pg_catalog.string_agg(nspname::text, ', ' ORDER BY nspname <> 'public', nspname) FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema') AS schemas`;

const TABLES = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'sluice\\_%' ORDER BY 1`;

/** What the user was told of once is not told again. */
async function silently<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

async function asked<T>(asking: Asking, work: (session: Session) => Promise<T>): Promise<T | undefined> {
  const { context, project, answers } = asking;
  const connection = connectionsOf(project, context)?.postgres[answers['target'] ?? ''];
  if (connection === undefined) return undefined;
  const server = new PostgresConnection({
    endpoint: await resolvePostgres(connection, secretsFor(context)),
    table: answers['table'] ?? '',
    applicationName: 'sluice.add',
    connectTimeoutMs: REACHED_WITHIN_MS,
    statementTimeoutMs: REACHED_WITHIN_MS,
  });
  try {
    return await server.run(work);
  } finally {
    await server.close();
  }
}
