import { openStore } from '../export/instance.ts';
import type { ObjectRef, ObjectStore } from '../object/contract.ts';
import type { ExportBundle } from '../rule/index.ts';
import type { SecretStore } from '../secret/index.ts';
import type { RunRecord } from '../telemetry/run-record.ts';
import { notOf } from '../trigger/index.ts';
import { chooseObject } from './choose-object.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, refused } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { objectOf } from './object-argument.ts';
import { runLines } from './run-text.ts';
import { openRunner } from './runner.ts';

interface TriggerOptions {
  readonly versionId?: string;
  readonly local?: boolean;
  readonly again?: boolean;
  readonly resume?: boolean;
}

export const trigger: CliCommand<TriggerOptions> = {
  usage: '<rule> [key]',
  description:
    'Runs the deployed rule over one object that is in its bucket already, waits for it and shows the run. Without a key it lists the newest objects and asks. Sends records to Kafka. At least once, what was sent before is sent again; exactly once, an object that is done is left alone and one that stands still stays so, unless an option says otherwise.',
  options: [
    ['--version-id <id>', 'a version of the object that is not the newest'],
    ['--again', 'although it is done: from its first byte, which sends its records once more'],
    ['--resume', 'although it stands still: from the record that it stands at'],
    ['--local', 'run it on this machine instead of in the deployed function'],
  ],
  examples: [
    ['trigger errors-to-kafka access/2026/01/31/a.csv.gz', 'one object; exit code 1 when the run failed or stopped'],
    ['trigger errors-to-kafka a.csv.gz --again', 'once more, although it is exported'],
    ['trigger errors-to-kafka', 'choose from the newest objects'],
    ['trigger errors-to-kafka a.csv.gz --local --stage local', 'without a deployed function'],
  ],
  async run(context, [name = '', key], { versionId, local, again, resume }) {
    const { bundle, secrets } = await exportRule(context, name);
    const ref = {
      ...(await referenced(context, bundle, secrets, key)),
      ...(versionId === undefined ? {} : { versionId }),
    };
    const foreign = notOf(bundle.rule.source, ref);
    if (foreign !== undefined) throw refused(foreign, 'Give a key that the rule reads, or change source in the rule.');
    const order = { ...ref, ...(again && { again }), ...(resume && { resume }) };
    const runner = await openRunner(context, bundle, secrets, local);
    try {
      context.terminal.err(`Running ${runner.name} over s3://${ref.bucket}/${ref.key} …`);
      const run = await runner.run(order);
      answer(context, run, () => runLines(run, context.terminal.colors));
      return exitOf(run);
    } finally {
      await runner.close();
    }
  },
};

/** An object that is in Kafka is what was asked for, whichever run has sent it. */
function exitOf({ result, error }: RunRecord): Exit {
  if (result === 'done' || result === 'continued' || error?.code === 'AlreadyExported') return Exit.OK;
  return error?.code === 'ObjectTooOld' ? Exit.REFUSED : Exit.UNWELL;
}

async function referenced(
  context: Context,
  { rule }: ExportBundle,
  secrets: SecretStore,
  key: string | undefined,
): Promise<ObjectRef> {
  if (key !== undefined) return objectOf(key, rule.source.bucket);
  const store: ObjectStore = await openStore(rule, secrets);
  try {
    const { bucket, key: chosen } = await chooseObject(context, store, rule.source, `trigger ${rule.name}`);
    return { bucket, key: chosen };
  } finally {
    store.close();
  }
}
