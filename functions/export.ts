import type { Context } from 'aws-lambda';
import { handleExport } from '../lib/export/handle.ts';
import { type ExportInstance, openInstance } from '../lib/export/instance.ts';
import { readDeployedRule } from '../lib/rule/deployed.ts';
import { createSecretStore } from '../lib/secret/store.ts';
import { journal } from '../lib/telemetry/journal.ts';

const bundle = readDeployedRule('export', process.env, process.cwd());
const secrets = createSecretStore();
const tell = journal(bundle.rule.name, bundle.stage);
let instance: Promise<ExportInstance> | undefined;

/** What AWS invokes: an event that tells of objects, or a command of the CLI. */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  try {
    return await handleExport(event, {
      bundle,
      secrets,
      journal: tell,
      clock: Date.now,
      requestId: context.awsRequestId,
      deadline: Date.now() + context.getRemainingTimeInMillis(),
      instance: opened,
    });
  } finally {
    // AWS freezes this process until the next event; `serverless invoke local` waits until nothing holds it.
    if (process.env['IS_LOCAL'] === 'true') await closed();
  }
}

/** Opened once for the life of this process; a failure is not kept, so that the next event tries again. */
function opened(): Promise<ExportInstance> {
  const { SLUICE_LEDGER_TABLE: table } = process.env;
  instance ??= openInstance(bundle, secrets, Date.now, table === undefined ? {} : { table });
  instance.catch(() => {
    instance = undefined;
  });
  return instance;
}

async function closed(): Promise<void> {
  const last = await instance?.catch(() => undefined);
  instance = undefined;
  await last?.close();
}
