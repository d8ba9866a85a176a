import { SluiceError } from '../failure/index.ts';
import { openAdmin } from '../kafka/admin.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import type { ConnectionKind, Connections, Project } from '../rule/index.ts';
import { resolveConnections } from '../rule/resolve.ts';
import { createSecretStore, fetchSecret, type SecretStore } from '../secret/index.ts';
import type { Context } from './command.ts';

/** The names of the connections of one kind. */
export function connectionChoices(project: Project, context: Context, kind: ConnectionKind): readonly string[] {
  return Object.keys(connectionsOf(project, context)?.[kind] ?? {});
}

/** The account's buckets; none where they may not be listed: the user types one. */
export async function bucketChoices(context: Context): Promise<readonly string[]> {
  return (await orUndefined(context, 'buckets', () => context.aws.bucketNames())) ?? [];
}

/** The topics of a cluster that can be reached from here. */
export async function topicChoices(project: Project, context: Context, name: string): Promise<readonly string[]> {
  const connection = connectionsOf(project, context)?.kafka[name];
  if (connection === undefined) return [];
  const topics = await orUndefined(context, 'topics', async () => {
    const endpoint = await resolveEndpoint(connection, secretsFor(context), 'sluice.add');
    const admin = await openAdmin(endpoint, { connectTimeoutMs: 2500, retry: { retries: 0 } });
    try {
      return (await admin.topics()).filter((topic) => !topic.startsWith('__')).sort();
    } finally {
      await admin.close();
    }
  });
  return topics ?? [];
}

export function connectionsOf(project: Project, { stage }: Context): Connections | undefined {
  const resolved = resolveConnections(project, stage);
  return resolved.ok ? resolved.value.value : undefined;
}

export function secretsFor({ env, clock }: Context): SecretStore {
  return createSecretStore({ fetch: fetchSecret({ env }), clock });
}

/** What cannot be listed is said: then the user types it. */
export async function orUndefined<T>(
  { terminal }: Context,
  what: string,
  list: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    terminal.err(terminal.errColors.dim(`The ${what} cannot be listed from here (${error.message}): type one.`));
    return undefined;
  }
}
