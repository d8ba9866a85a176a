/** One way of writing a topic into TDengine, as a process of its own: prints what it took as a line of JSON. */
import kafkajs from 'kafkajs';
import type { TopicConsumer } from '../../lib/kafka/consumer.ts';
import type { RuleBundle, TdengineSinkRule } from '../../lib/rule/schema.ts';
import { createSecretStore } from '../../lib/secret/store.ts';
import { openSink } from '../../lib/sink/instance.ts';
import { openTdengine } from '../../lib/sink/open-tdengine.ts';
import { pollStops } from '../../lib/sink/poll-stops.ts';
import { pollSink } from '../../lib/sink/run.ts';

export interface Task {
  readonly way: 'sluice' | 'a loop';
  readonly bundle: RuleBundle<TdengineSinkRule>;
  readonly url: string;
  readonly authorization: string;
  /** Of a loop: rows in an INSERT, and messages after which it ends. */
  readonly rowsAStatement: number;
  readonly messages: number;
}

export interface Outcome {
  readonly messages: number;
  readonly seconds: number;
  readonly cpu: number;
  /** In bytes. */
  readonly maxRss: number;
}

const task = JSON.parse(process.argv[2] ?? '') as Task;

/** From the first batch that is handed over to the last one that is settled: joining the group is not counted. */
async function sluice({ bundle }: Task): Promise<Omit<Outcome, 'maxRss'>> {
  const consumers = new Map<string, TopicConsumer>();
  const instance = await openSink(bundle, {
    secrets: createSecretStore(),
    clock: Date.now,
    open: openTdengine,
    stops: (endpoint) => pollStops(bundle, endpoint, consumers),
  });
  let messages = 0;
  let begun = 0;
  let ended = 0;
  let cpu = process.cpuUsage();
  let used = cpu;
  const { run } = instance.ports.pipeline;
  const pipeline = {
    ...instance.ports.pipeline,
    run: (batch: Parameters<typeof run>[0]) => {
      if (begun === 0) {
        begun = performance.now();
        cpu = process.cpuUsage();
      }
      return run(batch);
    },
  };
  await pollSink(
    bundle,
    { ...instance, ports: { ...instance.ports, pipeline } },
    {
      signal: new AbortController().signal,
      batch: ({ read }) => {
        messages += read;
        ended = performance.now();
        used = process.cpuUsage(cpu);
      },
      notice: () => undefined,
      consumers,
    },
  );
  await instance.close();
  return { messages, seconds: (ended - begun) / 1000, cpu: (used.user + used.system) / 1e6 };
}

interface Meter {
  readonly ts: number;
  readonly current: number;
  readonly voltage: number;
  readonly state: string;
  readonly id: number;
  readonly hall: string;
}

/** What one would write in an hour: parse, put together, post, next. */
async function loop({
  bundle,
  url,
  authorization,
  rowsAStatement,
  messages: most,
}: Task): Promise<Omit<Outcome, 'maxRss'>> {
  const { brokers } = bundle.connections.kafka['main']!;
  const topic = bundle.rule.source.topics[0]!;
  const { database } = bundle.rule.target;
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `${topic}.loop.${rowsAStatement}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let messages = 0;
  let begun = 0;
  let cpu = process.cpuUsage();
  let over: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    over = resolve;
  });
  const post = async (rows: readonly string[]) => {
    const response = await fetch(`${url}/rest/sql/${database}`, {
      method: 'POST',
      headers: { authorization },
      body: `INSERT INTO ${rows.join(' ')}`,
    });
    const { code } = (await response.json()) as { code: number };
    if (code !== 0) throw new Error(`the server refused the statement: ${code}`);
  };
  await consumer.run({
    eachBatch: async ({ batch }) => {
      if (begun === 0) {
        begun = performance.now();
        cpu = process.cpuUsage();
      }
      for (let from = 0; from < batch.messages.length && messages < most; from += rowsAStatement) {
        const part = batch.messages.slice(from, from + rowsAStatement);
        await post(
          part.map(({ value }) => {
            const { ts, current, voltage, state, id, hall } = JSON.parse(String(value)) as Meter;
            return `\`t_${id}\` USING meters TAGS (${id},'${hall}') VALUES (${ts},${current},${voltage},'${state}')`;
          }),
        );
        messages += part.length;
      }
      if (messages >= most) over();
    },
  });
  await done;
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  await consumer.disconnect();
  return { messages, seconds, cpu: (used.user + used.system) / 1e6 };
}

async function main(): Promise<void> {
  const outcome = task.way === 'sluice' ? await sluice(task) : await loop(task);
  const maxRss = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ ...outcome, maxRss } satisfies Outcome)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
