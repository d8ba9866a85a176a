import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'aws-lambda';
import { handleExport } from '../lib/export/handle.ts';
import { type ExportInstance, openInstance } from '../lib/export/instance.ts';
import { bundlePath } from '../lib/rule/bundle.ts';
import type { RuleBundle } from '../lib/rule/schema.ts';
import { createSecretStore } from '../lib/secret/store.ts';
import { journal } from '../lib/telemetry/journal.ts';

const bundle = readBundle();
const secrets = createSecretStore();
const tell = journal(bundle.rule.name, bundle.stage);
let instance: Promise<ExportInstance> | undefined;

/** What AWS invokes: an event that tells of objects, or a command of the CLI. */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  return handleExport(event, {
    bundle,
    secrets,
    journal: tell,
    clock: Date.now,
    requestId: context.awsRequestId,
    deadline: Date.now() + context.getRemainingTimeInMillis(),
    instance: opened,
  });
}

/** Opened once for the life of this process; a failure is not kept, so that the next event tries again. */
function opened(): Promise<ExportInstance> {
  instance ??= openInstance(bundle, secrets);
  instance.catch(() => {
    instance = undefined;
  });
  return instance;
}

/** The package's own files lie where AWS unpacked them; invoked by hand, where that is not, in the working directory. */
function readBundle(): RuleBundle {
  const { SLUICE_STAGE = '', SLUICE_RULE = '', LAMBDA_TASK_ROOT = '' } = process.env;
  const root = existsSync(LAMBDA_TASK_ROOT) ? LAMBDA_TASK_ROOT : process.cwd();
  const file = path.resolve(root, bundlePath(SLUICE_STAGE, SLUICE_RULE));
  return JSON.parse(readFileSync(file, 'utf8')) as RuleBundle;
}
