/** A sink's process, bundled as the function is. On SIGTERM it ends, and prints what it took. */
import { connectionsSchema } from '../../lib/rule/schema/connections.ts';
import { postgresSinkSchema } from '../../lib/rule/schema/postgres-sink.ts';
import { createSecretStore } from '../../lib/secret/index.ts';
import { openSink } from '../../lib/sink/instance.ts';
import { openPostgres } from '../../lib/sink/open-postgres.ts';
import { pollSink } from '../../lib/sink/run.ts';
import type { Task } from './measure.ts';

export interface Polling extends Task {
  readonly database: string;
  readonly brokers: readonly string[];
}

async function main({ database, brokers, topic, table, mode }: Polling): Promise<void> {
  const { hostname, port, pathname, username, password } = new URL(database);
  const rule = postgresSinkSchema.parse({
    kind: 'postgres-sink',
    name: topic,
    source: { connection: 'main', topics: [topic], batch: { records: 5_000 } },
    target: { connection: 'db', table },
    mode,
    ...(mode === 'upsert' ? { primaryKey: ['id'] } : {}),
  });
  const connections = connectionsSchema.parse({
    kafka: { main: { brokers } },
    postgres: { db: { host: hostname, port: Number(port), database: pathname.slice(1), secret: 'bench' } },
  });
  const bundle = { rule, connections, stage: 'bench', hash: '' };
  const secrets = createSecretStore({ fetch: async () => JSON.stringify({ username, password }) });
  const stops = () => {
    throw new TypeError('PostgreSQL keeps its own stops');
  };
  const instance = await openSink(bundle, { secrets, clock: Date.now, open: openPostgres, stops });
  const end = new AbortController();
  process.once('SIGTERM', () => end.abort());
  await pollSink(bundle, instance, { signal: end.signal, batch: () => undefined, notice: () => undefined });
  await instance.close();
  const { user, system } = process.cpuUsage();
  const maxRss = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify({ cpu: (user + system) / 1e6, maxRss }));
}

void main(JSON.parse(process.argv[2] ?? '') as Polling);
