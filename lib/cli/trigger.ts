import { randomUUID } from 'node:crypto';
import { handleExport } from '../export/handle.ts';
import { openInstance, openStore } from '../export/instance.ts';
import { SluiceError } from '../failure/index.ts';
import type { ObjectRef, ObjectStore } from '../object/contract.ts';
import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import { type RuleBundle, resolveRule } from '../rule/index.ts';
import { createSecretStore, fetchSecret, type SecretStore } from '../secret/index.ts';
import type { RunRecord } from '../telemetry/run-record.ts';
import { notOf } from '../trigger/index.ts';
import { chooseObject } from './choose-object.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, refused } from './exit.ts';
import { objectOf } from './object-argument.ts';
import { runLines } from './run-text.ts';

interface TriggerOptions {
  readonly versionId?: string;
  readonly local?: boolean;
  readonly again?: boolean;
  readonly resume?: boolean;
}

/** The command that a function takes. */
type Order = ObjectRef & Pick<TriggerOptions, 'again' | 'resume'>;

/** Nobody ends a run on this machine but the user. */
const NO_DEADLINE_MS = 24 * 3600 * 1000;

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
    ['trigger errors-to-kafka', 'choose from the newest objects'],
    ['trigger errors-to-kafka a.csv.gz --local --stage local', 'without a deployed function'],
  ],
  async run(context, [name = '', key], { versionId, local, again, resume }) {
    const { bundle } = resolveRule(await loadProject(context.root, context.env), name, context.stage);
    const secrets = createSecretStore({ fetch: fetchSecret({ env: context.env }), clock: context.clock });
    const ref = {
      ...(await referenced(context, bundle, secrets, key)),
      ...(versionId === undefined ? {} : { versionId }),
    };
    const foreign = notOf(bundle.rule.source, ref);
    if (foreign !== undefined) throw refused(foreign, 'Give a key that the rule reads, or change source in the rule.');
    const order = { ...ref, ...(again && { again }), ...(resume && { resume }) };
    const run =
      local === true ? await runHere(context, bundle, secrets, order) : await runThere(context, bundle, order);
    answer(context, run, () => runLines(run, context.terminal.colors));
    return run.result === 'done' ? Exit.OK : Exit.UNWELL;
  },
};

async function referenced(
  context: Context,
  { rule }: RuleBundle,
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

async function runThere(context: Context, { rule, stage }: RuleBundle, order: Order): Promise<RunRecord> {
  const name = functionName(rule.name, stage);
  context.terminal.err(`Running ${name} over s3://${order.bucket}/${order.key} …`);
  const told = await (await context.aws.functions()).invoke(name, { sluice: 'export', ...order });
  return onlyRun(told, name);
}

async function runHere(context: Context, bundle: RuleBundle, secrets: SecretStore, order: Order): Promise<RunRecord> {
  const { clock, terminal } = context;
  terminal.err(`Running ${bundle.rule.name} here, over s3://${order.bucket}/${order.key} …`);
  const instance = openInstance(bundle, secrets, clock);
  // Its failure is a run's: the handler tells it.
  instance.catch(() => undefined);
  try {
    const told = await handleExport(
      { sluice: 'export', ...order },
      {
        bundle,
        secrets,
        clock,
        journal: { run: () => undefined, note: () => undefined },
        requestId: randomUUID(),
        deadline: clock() + NO_DEADLINE_MS,
        instance: () => instance,
      },
    );
    return onlyRun(told, bundle.rule.name);
  } finally {
    await instance.then(
      (open) => open.close(),
      () => undefined,
    );
  }
}

function onlyRun(told: unknown, name: string): RunRecord {
  const [run] = (told as { readonly runs?: readonly RunRecord[] } | undefined)?.runs ?? [];
  if (run !== undefined) return run;
  throw new SluiceError('BadAnswer', `${name} answered without a run`, {
    stage: 'cli',
    fix: 'It was deployed by another version of sluice: deploy again.',
  });
}
