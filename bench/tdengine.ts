/**
 * `npm run bench:tdengine`: messages of meters from the real broker into TDengine, beside plain loops of one INSERT for
 * each message and for each 1,000.
 *
 *     TDENGINE_URL=http://127.0.0.1:6041 npm run bench:tdengine [-- --messages 1000000]
 *
 * Without TDENGINE_URL a server only answers: then it is the rate at which statements are produced and sent.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { parseArgs, promisify } from 'node:util';
import { openAdmin } from '../lib/kafka/admin.ts';
import { readProject } from '../lib/rule/project.ts';
import { resolveSink } from '../lib/rule/resolve.ts';
import type { RuleBundle, TdengineSinkRule } from '../lib/rule/schema.ts';
import type { Endpoints } from '../local/endpoints.ts';
import { bundled } from './ground/bundled.ts';
import { onStack, say } from './ground/on-stack.ts';
import type { Outcome, Task } from './tdengine/child.ts';
import { fill } from './tdengine/messages.ts';

const TARGET = 250_000;
const MOST_MB = 250;
const SECRET = 'SLUICE_BENCH_TDENGINE';
const { TDENGINE_URL, TDENGINE_USER = 'root', TDENGINE_PASSWORD = 'taosdata' } = process.env;

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } });
const MESSAGES = Number(values.messages);

interface Way {
  readonly name: string;
  readonly task: Pick<Task, 'way' | 'rowsAStatement' | 'messages'>;
}

const WAYS: readonly Way[] = [
  { name: 'sluice', task: { way: 'sluice', rowsAStatement: 0, messages: MESSAGES } },
  { name: 'sluice, once more', task: { way: 'sluice', rowsAStatement: 0, messages: MESSAGES } },
  { name: 'one INSERT for each 1,000', task: { way: 'a loop', rowsAStatement: 1000, messages: MESSAGES } },
  // The whole would take minutes, and its speed does not change on the way.
  {
    name: 'one INSERT for each message',
    task: { way: 'a loop', rowsAStatement: 1, messages: Math.min(MESSAGES, 20_000) },
  },
];

function bundleFor(brokers: readonly string[], url: string, topic: string, database: string, group: string) {
  const rule = {
    kind: 'tdengine-sink',
    name: 'bench',
    source: { connection: 'main', topics: [topic], group, concurrency: 2, maxWaitMs: 50 },
    target: { connection: 'plant', database, superTable: 'meters' },
    create: {
      database: { precision: 'ms' },
      columns: { current: 'DOUBLE', voltage: 'INT', state: 'VARCHAR(32)' },
      tags: { id: 'INT', hall: 'VARCHAR(16)' },
    },
    subTable: 't_{id}',
    timestamp: { field: 'ts', unit: 'ms' },
    tags: { id: 'id', hall: 'hall' },
    columns: { current: 'current', voltage: 'voltage', state: 'state' },
  };
  const connections = {
    kafka: { main: { brokers } },
    tdengine: { plant: { url, auth: 'basic', secret: `env:${SECRET}` } },
  };
  const files = {
    rules: [{ path: 'rules/bench.yml', text: JSON.stringify(rule) }],
    connections: { path: 'connections.yml', text: JSON.stringify(connections) },
  };
  return resolveSink(readProject(files, {}), 'bench', 'local').bundle as RuleBundle<TdengineSinkRule>;
}

async function main(endpoints: Endpoints, scratch: string): Promise<void> {
  const brokers = endpoints.kafka?.brokers ?? [];
  const [child, answering] = await Promise.all(
    ['child', 'answering'].map((name) => bundled(scratch, `tdengine/${name}.ts`)),
  );
  const server =
    TDENGINE_URL === undefined
      ? spawn(process.execPath, [answering!], { stdio: ['ignore', 'pipe', 'inherit'] })
      : undefined;
  const topic = `bench-tdengine-${randomUUID()}`;
  const admin = await openAdmin({ brokers, clientId: 'bench', auth: { mechanism: 'none' } });
  try {
    const url = TDENGINE_URL ?? (await firstLine(server!));
    say(`${MESSAGES.toLocaleString('en-US')} messages into ${topic}`);
    await fill({ brokers, clientId: 'bench', auth: { mechanism: 'none' } }, admin, topic, MESSAGES);
    console.log(
      `${MESSAGES.toLocaleString('en-US')} messages (ts, double, int, varchar, 2 tags, 100 sub-tables) in 4 partitions into ${
        TDENGINE_URL === undefined ? 'a server that only answers' : 'TDengine'
      }; Node ${process.version}\n`,
    );
    console.log(`${'way'.padEnd(30)}${'rows/s'.padStart(10)}${'CPU s'.padStart(8)}${'max RSS MB'.padStart(12)}`);
    for (const [i, { name, task }] of WAYS.entries()) {
      say(name);
      const database = TDENGINE_URL === undefined ? 'bench' : `bench_${randomUUID().slice(0, 8)}`;
      const bundle = bundleFor(brokers, url, topic, database, `${topic}-${i}`);
      const authorization = `Basic ${Buffer.from(`${TDENGINE_USER}:${TDENGINE_PASSWORD}`).toString('base64')}`;
      const { messages, seconds, cpu, maxRss } = await measured(child!, { ...task, bundle, url, authorization });
      if (messages < task.messages) throw new Error(`${name} read ${messages} messages of ${task.messages}`);
      const verdict = task.way === 'sluice' ? ` (≥ ${TARGET.toLocaleString('en-US')}, < ${MOST_MB} MB)` : '';
      const rate = Math.round(messages / seconds).toLocaleString('en-US');
      console.log(
        `${name.padEnd(30)}${rate.padStart(10)}${cpu.toFixed(1).padStart(8)}${String(Math.round(maxRss / 1e6)).padStart(12)}${verdict}`,
      );
    }
  } finally {
    server?.kill();
    await admin.deleteTopic(topic).catch(() => undefined);
    await admin.close();
  }
}

async function measured(child: string, task: Task): Promise<Outcome> {
  const secret = JSON.stringify({ username: TDENGINE_USER, password: TDENGINE_PASSWORD });
  const env = { ...process.env, [SECRET]: secret };
  const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify(task)], { env });
  return JSON.parse(stdout.trim()) as Outcome;
}

function firstLine(process: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => process.stdout?.once('data', (part: Buffer) => resolve(part.toString().trim())));
}

onStack(['kafka'], main).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 2;
});
