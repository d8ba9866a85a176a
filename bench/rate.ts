/**
 * `npm run bench:rate`: four processes run one rule of 5,000 records a second, as four instances of its function would,
 * with the rate shared over Redis and divided among them. What arrives is counted by a consumer of committed records,
 * over 30 seconds that begin when the burst is spent. It fails outside of 90 % to 105 % of the rate.
 *
 *     npm run bench:rate [-- --seconds 30]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openAdmin } from '../lib/kafka/admin.ts';
import { bundled } from './ground/bundled.ts';
import { judge, onStack } from './ground/on-stack.ts';
import { arrivals } from './rate/arrivals.ts';
import type { Instance } from './rate/child.ts';

const RATE = 5_000;
const PROCESSES = 4;
/** Behind these no process still lives on what it was allowed to send at once. */
const SETTLING_MS = 5_000;

function main(seconds: number): Promise<boolean> {
  return onStack(['kafka', 'redis'], async (endpoints, scratch) => {
    const program = await bundled(scratch, 'rate/child.ts');
    const brokers = endpoints.kafka?.brokers ?? [];
    const redis = endpoints.redis?.url;
    console.log(`${PROCESSES} processes, ${RATE} records/s for all of them, exactly once, over ${seconds} s\n`);
    let held = true;
    for (const way of [...(redis === undefined ? [] : [{ redis }]), {}]) {
      held =
        (await measure(program, { brokers, rate: RATE, instances: PROCESSES, topic: '', ...way }, seconds)) && held;
    }
    return held;
  });
}

async function measure(program: string, instance: Omit<Instance, 'name'>, seconds: number): Promise<boolean> {
  const { brokers, redis } = instance;
  const endpoint = { brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' as const } };
  const admin = await openAdmin(endpoint);
  const topic = `bench-${Math.random().toString(36).slice(2)}`;
  await admin.createTopic(topic, 6);
  const counted = await arrivals(endpoint, topic);
  const children: ChildProcess[] = [];
  try {
    for (let name = 0; name < PROCESSES; name++) {
      const argument = JSON.stringify({ ...instance, topic, name: String(name) });
      const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
      children.push(spawn(process.execPath, [program, argument], { env, stdio: ['ignore', 'ignore', 'inherit'] }));
    }
    await counted.of(PROCESSES);
    await sleep(SETTLING_MS);
    const before = counted.now();
    await sleep(seconds * 1000);
    const after = counted.now();
    const took = (after.at - before.at) / 1000;
    const shares = [...after.byProcess].map(([name, count]) => (count - (before.byProcess.get(name) ?? 0)) / took);
    const sum = shares.reduce((total, share) => total + share, 0);
    const held = sum >= RATE * 0.9 && sum <= RATE * 1.05;
    const told = shares.map((share) => Math.round(share)).join(' + ');
    const percent = ((100 * sum) / RATE).toFixed(1);
    console.log(
      `${redis === undefined ? 'divided, 1,250 each' : 'shared over Redis  '}  ${told} = ${Math.round(sum)} records/s, ${percent} % of the rate${held ? '' : ': NOT HELD'}`,
    );
    return held;
  } finally {
    for (const child of children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    await counted.close();
    await admin.deleteTopic(topic);
    await admin.close();
  }
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
judge(main(Number(values.seconds)));
