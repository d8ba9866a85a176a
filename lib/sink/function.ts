import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import { sinkJournal } from '../telemetry/sink-journal.ts';
import { checkSink } from './check.ts';
import { handleSink, type SinkAnswer } from './handle.ts';
import { openSink, type SinkInstance, type SinkParts } from './instance.ts';

/** What AWS tells of an invocation. */
interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * The handler of a sink's function: its connections are opened once for the life of the process, and a failure to open
 * them is not kept, so that the next event tries again.
 *
 * @param isLocal it is invoked by hand, by a process that waits until nothing holds it.
 */
export function sinkFunction<R extends SinkRule>(
  bundle: RuleBundle<R>,
  parts: SinkParts<R>,
  isLocal: boolean,
): (event: unknown, context: LambdaContext) => Promise<SinkAnswer> {
  const journal = sinkJournal(bundle.rule.name, bundle.stage);
  const { secrets, clock, open } = parts;
  let instance: Promise<SinkInstance> | undefined;

  function opened(): Promise<SinkInstance> {
    instance ??= openSink(bundle, parts);
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

  return async (event, context) => {
    try {
      return await handleSink(event, {
        bundle,
        journal,
        clock,
        requestId: context.awsRequestId,
        deadline: clock() + context.getRemainingTimeInMillis(),
        instance: opened,
        check: () => checkSink(bundle, { secrets, clock, target: () => open(bundle, { secrets, clock }) }),
      });
    } finally {
      if (isLocal) await closed();
    }
  };
}
