import { readDeployedRule } from '../lib/rule/deployed.ts';
import { createSecretStore } from '../lib/secret/store.ts';
import { sinkFunction } from '../lib/sink/function.ts';
import { openPostgres } from '../lib/sink/open-postgres.ts';

/** What AWS invokes: messages of an event source mapping, or a command of the CLI. */
export const handler = sinkFunction(
  readDeployedRule('postgres-sink', process.env, process.cwd()),
  { secrets: createSecretStore(), clock: Date.now, open: openPostgres },
  process.env['IS_LOCAL'] === 'true',
);
