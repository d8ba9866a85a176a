import { resolveTdengine } from '../sink/tdengine/endpoint.ts';
import { quoteName } from '../sink/tdengine/names.ts';
import { type Cell, createRestClient } from '../sink/tdengine/rest.ts';
import { readDescription } from '../sink/tdengine/table.ts';
import { connectionsOf, orUndefined, secretsFor } from './add-choices.ts';
import type { Asking } from './add-form.ts';

const REACHED_WITHIN_MS = 2_500;
/** The server's own. */
const SYSTEM = new Set(['information_schema', 'performance_schema', 'log', 'audit']);

/** Undefined where nobody can say, which is said. */
export async function databaseChoices(asking: Asking): Promise<readonly string[] | undefined> {
  const names = await orUndefined(asking.context, 'databases', () => namesIn(asking, 'SHOW DATABASES'));
  return names?.filter((name) => !SYSTEM.has(name));
}

export async function superTableChoices(asking: Asking): Promise<readonly string[] | undefined> {
  return silently(() => namesIn(asking, 'SHOW STABLES', asking.answers['database']));
}

/** Those of the super table, where it is there. */
export async function tagsOf(asking: Asking): Promise<readonly string[]> {
  const { database, superTable = '' } = asking.answers;
  const rows = await silently(() => asked(asking, `DESCRIBE ${quoteName(superTable)}`, database));
  return (rows === undefined ? undefined : readDescription(rows))?.tags.map(({ name }) => name) ?? [];
}

async function namesIn(asking: Asking, sql: string, database?: string): Promise<readonly string[] | undefined> {
  return (await asked(asking, sql, database))?.map(([name]) => String(name)).sort();
}

/** A database that is not there yet, and a server of which it was said that it cannot be asked, have nothing to list. */
async function silently<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

async function asked(
  { context, project, answers }: Asking,
  sql: string,
  database?: string,
): Promise<readonly (readonly Cell[])[] | undefined> {
  const connection = connectionsOf(project, context)?.tdengine[answers['target'] ?? ''];
  if (connection === undefined) return undefined;
  const endpoint = await resolveTdengine(connection, secretsFor(context));
  const client = createRestClient(endpoint, { connections: 1, timeoutMs: REACHED_WITHIN_MS });
  try {
    return await client.query(sql, database);
  } finally {
    client.close();
  }
}
