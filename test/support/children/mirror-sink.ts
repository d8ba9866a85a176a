/**
 * A process that mirrors several tables at once, as `sluice run` does of each rule, until it is ended; or until it kills
 * itself at a point of its n-th batch, as a machine that goes away does.
 *
 *   node mirror-sink.cjs '{"rules": […], "connections": {…}, "kill": {"batch": 3, "point": "after"}}'
 */
import type { Connections, PostgresSinkRule } from '../../../lib/rule/schema.ts';
import { createSecretStore } from '../../../lib/secret/store.ts';
import type { Slice, Target } from '../../../lib/sink/contract.ts';
import { openSink } from '../../../lib/sink/instance.ts';
import { openPostgres } from '../../../lib/sink/open-postgres.ts';
import { pollSink } from '../../../lib/sink/run.ts';

export interface MirrorRun {
  readonly rules: readonly PostgresSinkRule[];
  readonly connections: Connections;
  /** `before`: nothing of the batch is sent; `during`: it is on its way; `after`: it is written, and Kafka not told. */
  readonly kill?: Kill;
}

export interface Kill {
  readonly batch: number;
  readonly point: 'before' | 'during' | 'after';
}

const { rules, connections, kill } = JSON.parse(process.argv[2] ?? '') as MirrorRun;
const end = new AbortController();
let batches = 0;

function doomed(target: Target): Target {
  const die = () => process.kill(process.pid, 'SIGKILL');
  const apply = target.apply.bind(target);
  target.apply = async (slice: Slice) => {
    const point = ++batches === kill?.batch ? kill.point : undefined;
    if (point === 'before') die();
    const applying = apply(slice);
    // A few milliseconds on, its statement is being sent or answered.
    if (point === 'during') setTimeout(die, 3);
    const applied = await applying;
    if (point === 'after') die();
    return applied;
  };
  return target;
}

async function mirror(rule: PostgresSinkRule): Promise<void> {
  const bundle = { rule, connections, stage: 'test', hash: '' };
  const secrets = createSecretStore();
  const stops = () => {
    throw new TypeError('PostgreSQL keeps its own stops');
  };
  const open = async (...given: Parameters<typeof openPostgres>) => doomed(await openPostgres(...given));
  const instance = await openSink(bundle, { secrets, clock: Date.now, open, stops });
  const polled = await pollSink(bundle, instance, {
    signal: end.signal,
    batch: ({ incidents, error }) => {
      for (const each of [...incidents, ...(error === undefined ? [] : [error])]) {
        process.stderr.write(`${rule.name}: ${each.code}: ${each.reason}\n`);
      }
    },
    notice: ({ code, message }) => process.stderr.write(`${rule.name}: ${code}: ${message}\n`),
  });
  await instance.close();
  if (polled.ended === 'stopped') throw new Error(JSON.stringify(polled.stops));
}

process.once('SIGTERM', () => end.abort());
Promise.all(rules.map(mirror)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
