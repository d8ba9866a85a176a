import { SluiceError } from '../../failure/index.ts';
import { functionName } from '../../rule/deployment/names.ts';
import type { RuleBundle, SinkRule } from '../../rule/index.ts';
import type { SecretStore } from '../../secret/index.ts';
import type { Stop } from '../../sink/contract.ts';
import type { SinkInstance } from '../../sink/instance.ts';
import { type ResumeOrder, resumeStops } from '../../sink/resume.ts';
import type { Context } from '../command.ts';
import { openSinkHere } from './opened.ts';

export interface Resumed {
  readonly stops: readonly Stop[];
  /** Partitions whose offsets the target forgot, where that was asked for. */
  readonly forgotten?: number;
}

/** What stands still of a sink, and how it goes on. Failures are SluiceErrors. */
export interface SinkStops {
  readonly where: 'function' | 'here';
  list(): Promise<readonly Stop[]>;
  resume(order: ResumeOrder): Promise<Resumed>;
  close(): Promise<void>;
}

/**
 * Asked of the rule's function where there is one, since only there the database may be within reach; else on this
 * machine, where `sluice run` keeps them.
 */
export async function sinkStops(
  context: Context,
  bundle: RuleBundle<SinkRule>,
  secrets: SecretStore,
  isLocal: boolean,
): Promise<SinkStops> {
  const name = functionName(bundle.rule.name, bundle.stage);
  const functions = isLocal ? undefined : await context.aws.functions();
  if (functions === undefined || (await functions.describe(name)) === undefined) return here(context, bundle, secrets);
  const ask = async (command: object): Promise<Resumed> => {
    const told = (await functions.invoke(name, command)) as Partial<Resumed> | undefined;
    if (told?.stops !== undefined) return { ...told, stops: told.stops };
    throw new SluiceError('BadAnswer', `the function ${name} answered without stops`, {
      stage: 'cli',
      fix: 'It was deployed by another version of sluice: deploy again.',
    });
  };
  return {
    where: 'function',
    list: async () => (await ask({ sluice: 'stops' })).stops,
    resume: (order) => ask({ sluice: 'resume', ...order }),
    close: async () => undefined,
  };
}

function here(context: Context, bundle: RuleBundle<SinkRule>, secrets: SecretStore): SinkStops {
  let opening: Promise<SinkInstance> | undefined;
  const opened = () => {
    opening ??= openSinkHere(context, bundle, secrets);
    return opening;
  };
  return {
    where: 'here',
    list: async () => (await opened()).ports.stops.list(),
    resume: async (order) => resumeStops((await opened()).ports, order),
    async close() {
      const instance = await opening?.catch(() => undefined);
      await instance?.close();
    },
  };
}
