/**
 * A process that polls a rule's topics into TDengine until nothing comes any more, and prints how it ended; or one that
 * kills itself at a point of its n-th batch, as a machine that goes away does.
 *
 *   node tdengine-run.js '{"bundle": {…}, "kill": {"batch": 3, "point": "after"}, "commitFirst": false}'
 */
import type { TopicConsumer } from '../../../lib/kafka/consumer.ts';
import type { RuleBundle, TdengineSinkRule } from '../../../lib/rule/schema.ts';
import { createSecretStore } from '../../../lib/secret/store.ts';
import type { Slice, Target } from '../../../lib/sink/contract.ts';
import { openSink } from '../../../lib/sink/instance.ts';
import { openTdengine } from '../../../lib/sink/open-tdengine.ts';
import { pollStops } from '../../../lib/sink/poll-stops.ts';
import { pollSink } from '../../../lib/sink/run.ts';

export interface TdengineRun {
  readonly bundle: RuleBundle<TdengineSinkRule>;
  /** `before`: nothing of the batch is sent; `during`: it is on its way; `after`: it is written, and not committed. */
  readonly kill?: { readonly batch: number; readonly point: 'before' | 'during' | 'after' };
  /** Commits the offsets of a batch before it is written, which loses what a kill comes between. */
  readonly commitFirst?: boolean;
}

const { bundle, kill, commitFirst = false } = JSON.parse(process.argv[2] ?? '') as TdengineRun;
const consumers = new Map<string, TopicConsumer>();

function doomed(target: Target): Target {
  let batches = 0;
  const die = () => process.kill(process.pid, 'SIGKILL');
  return {
    ...target,
    async apply(slice: Slice) {
      const point = ++batches === kill?.batch ? kill.point : undefined;
      if (commitFirst) await consumers.get(slice.topic)?.commit(slice.partition, slice.to, '');
      if (point === 'before') die();
      const applying = target.apply(slice);
      // A few milliseconds on, its statement is being sent or answered.
      if (point === 'during') setTimeout(die, 3);
      const applied = await applying;
      if (point !== undefined) die();
      return applied;
    },
  };
}

async function main(): Promise<void> {
  const instance = await openSink(bundle, {
    secrets: createSecretStore(),
    clock: Date.now,
    open: async (opened, ports) => doomed(await openTdengine(opened, ports)),
    stops: (endpoint) => pollStops(bundle, endpoint, consumers),
  });
  const polled = await pollSink(bundle, instance, {
    signal: new AbortController().signal,
    batch: () => undefined,
    notice: () => undefined,
    consumers,
  });
  await instance.close();
  process.stdout.write(`${JSON.stringify(polled)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
