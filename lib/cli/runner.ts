import { randomUUID } from 'node:crypto';
import { handleExport } from '../export/handle.ts';
import { openInstance } from '../export/instance.ts';
import { SluiceError } from '../failure/index.ts';
import type { ObjectRef } from '../object/contract.ts';
import { functionName } from '../rule/deployment/names.ts';
import type { ExportBundle } from '../rule/index.ts';
import type { SecretStore } from '../secret/index.ts';
import type { RunRecord } from '../telemetry/run-record.ts';
import type { Context } from './command.ts';
import { ledgerTableOf } from './stack-name.ts';

/** The command that a function takes. */
export interface Order extends ObjectRef {
  readonly again?: boolean;
  readonly resume?: boolean;
}

/** Runs a rule over objects, one call an object, and waits for each. Calls may be under way side by side. */
export interface Runner {
  /** As the user would name it: the function, or the rule with `here`. */
  readonly name: string;
  /** Throws SluiceError where there is no run to tell of: the function is missing, crashed or throttled. */
  run(order: Order): Promise<RunRecord>;
  close(): Promise<void>;
}

/** Nobody ends a run on this machine but the user. */
const NO_DEADLINE_MS = 24 * 3600 * 1000;

export async function openRunner(
  context: Context,
  bundle: ExportBundle,
  secrets: SecretStore,
  local: boolean | undefined,
): Promise<Runner> {
  return local === true ? runHere(context, bundle, secrets, await ledgerTableOf(context)) : runThere(context, bundle);
}

async function runThere(context: Context, { rule, stage }: ExportBundle): Promise<Runner> {
  const name = functionName(rule.name, stage);
  const functions = await context.aws.functions();
  return {
    name,
    run: async (order) => onlyRun(await functions.invoke(name, { sluice: 'export', ...order }), name),
    close: async () => undefined,
  };
}

function runHere({ clock }: Context, bundle: ExportBundle, secrets: SecretStore, table: string): Runner {
  const instance = openInstance(bundle, secrets, clock, { table });
  // Its failure is a run's: the handler tells it.
  instance.catch(() => undefined);
  return {
    name: `${bundle.rule.name} here`,
    async run(order) {
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
    },
    close: () =>
      instance.then(
        (open) => open.close(),
        () => undefined,
      ),
  };
}

function onlyRun(told: unknown, name: string): RunRecord {
  const [run] = (told as { readonly runs?: readonly RunRecord[] } | undefined)?.runs ?? [];
  if (run !== undefined) return run;
  throw new SluiceError('BadAnswer', `${name} answered without a run`, {
    stage: 'cli',
    fix: 'It was deployed by another version of sluice: deploy again.',
  });
}
