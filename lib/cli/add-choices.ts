import { SluiceError } from '../failure/index.ts';
import { openAdmin } from '../kafka/admin.ts';
import { resolveEndpoint } from '../kafka/endpoint.ts';
import type { Connections, Project } from '../rule/index.ts';
import { resolveConnections } from '../rule/resolve.ts';
import { createSecretStore, fetchSecret } from '../secret/index.ts';
import type { Context } from './command.ts';

/** The names of the Kafka connections. */
export function connectionChoices(project: Project, context: Context): readonly string[] {
  return Object.keys(connectionsOf(project, context)?.kafka ?? {});
}

/** The account's buckets; none where they may not be listed: the user types one. */
export async function bucketChoices(context: Context): Promise<readonly string[]> {
  return orNone(context, 'buckets', () => context.aws.bucketNames());
}

/** The topics of a cluster that can be reached from here. */
export async function topicChoices(project: Project, context: Context, name: string): Promise<readonly string[]> {
  const connection = connectionsOf(project, context)?.kafka[name];
  if (connection === undefined) return [];
  const secrets = createSecretStore({ fetch: fetchSecret({ env: context.env }), clock: context.clock });
  return orNone(context, 'topics', async () => {
    const endpoint = await resolveEndpoint(connection, secrets, 'sluice.add');
    const admin = await openAdmin(endpoint, { connectTimeoutMs: 2500, retry: { retries: 0 } });
    try {
      return (await admin.topics()).filter((topic) => !topic.startsWith('__')).sort();
    } finally {
      await admin.close();
    }
  });
}

function connectionsOf(project: Project, { stage }: Context): Connections | undefined {
  const resolved = resolveConnections(project, stage);
  return resolved.ok ? resolved.value.value : undefined;
}

async function orNone(
  { terminal }: Context,
  what: string,
  list: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    terminal.err(terminal.errColors.dim(`The ${what} cannot be listed from here (${error.message}): type one.`));
    return [];
  }
}
