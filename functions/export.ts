import type { Context } from 'aws-lambda';
import { openFailedQueue } from '../lib/export/failed-queue.ts';
import { handleExport, type Invocation } from '../lib/export/handle.ts';
import { type ExportInstance, openInstance } from '../lib/export/instance.ts';
import { lambdaRelay } from '../lib/export/relay.ts';
import { ledgerClient } from '../lib/ledger/dynamodb/client.ts';
import { createParkedEvents } from '../lib/ledger/dynamodb/parked.ts';
import { readDeployedRule } from '../lib/rule/deployed.ts';
import { failedQueueName, functionName, ledgerTable } from '../lib/rule/deployment/names.ts';
import { createSecretStore } from '../lib/secret/store.ts';
import { journal } from '../lib/telemetry/journal.ts';

const bundle = readDeployedRule('export', process.env, process.cwd());
const { stage, rule } = bundle;
const table = process.env['SLUICE_LEDGER_TABLE'] ?? ledgerTable(stage);
/** Invoked by hand on a laptop: nobody there goes on with an object, or takes an event from a queue. */
const isLocal = process.env['IS_LOCAL'] === 'true';
const secrets = createSecretStore();
const tell = journal(rule.name, stage);
const onward = isLocal ? {} : deployedParts();
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
      ...onward,
    });
  } finally {
    // AWS freezes this process until the next event; `serverless invoke local` waits until nothing holds it.
    if (isLocal) await closed();
  }
}

/** Clients of AWS connect when they are first used. */
function deployedParts(): Pick<Invocation, 'relay' | 'later'> {
  const queueName = failedQueueName(rule.name, stage);
  const queue = openFailedQueue(queueName);
  const parked = createParkedEvents(ledgerClient(), table, { stage, rule: rule.name });
  return { relay: lambdaRelay(functionName(rule.name, stage), queue), later: { queueName, queue, parked } };
}

/** Opened once for the life of this process; a failure is not kept, so that the next event tries again. */
function opened(): Promise<ExportInstance> {
  instance ??= openInstance(bundle, secrets, Date.now, { table });
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
