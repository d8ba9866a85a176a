/**
 * `npm run bench:postgres`: messages from the broker into a table, by `sluice run` (bundled as its function is) and by
 * Kafka Connect with the Debezium JDBC sink, one after the other on the same broker and the same PostgreSQL. Both are
 * measured alike, by the rows that are there.
 *
 *     npm run bench:postgres [-- --messages 200000] [--only sluice]
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { openAdmin } from '../lib/kafka/admin.ts';
import { ConnectWorker } from '../local/connect/worker.ts';
import type { Endpoints } from '../local/endpoints.ts';
import { bundled } from './ground/bundled.ts';
import { judge, onStack, say } from './ground/on-stack.ts';
import type { Mode, Task } from './postgres/measure.ts';
import { fill, TABLE } from './postgres/messages.ts';
import { type Measured, sluiceRun } from './postgres/ours.ts';
import { connectSink } from './postgres/peer.ts';

const CONNECT_PORT = 18_083;
/** How many times the peer's rows a second. */
const TARGETS: Readonly<Record<Mode, number>> = { insert: 3, upsert: 2 };

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '200000' }, only: { type: 'string' } },
});
const messages = Number(values.messages);

async function main(endpoints: Endpoints, scratch: string): Promise<boolean> {
  const database = new URL(endpoints.postgres?.url ?? '');
  const brokers = endpoints.kafka?.brokers ?? [];
  const client = new Client({ connectionString: database.href });
  await client.connect();
  try {
    const program = await bundled(scratch, 'postgres/child.ts');
    console.log(`${messages.toLocaleString('en-US')} messages of about 200 bytes, 6 partitions, 6 columns with a jsonb; Node ${process.version}

  sluice         sluice run, bundled and with the options of Node as its function; exactly once: offsets in the target, in
                 parts of 1,000 over one connection
  jdbc sink      Kafka Connect 4.3.1 with the Debezium JDBC sink 3.3.1, at least once, batches of 2,000; its messages carry
                 their schema, without which it takes none
  upsert         every key is there before
`);
    let held = true;
    for (const mode of ['insert', 'upsert'] as const) {
      const ours = await measured(mode, false, (task) => sluiceRun(program, client, database, brokers, task));
      if (values.only === 'sluice') {
        console.log(`${mode}: ${told(ours)}`);
        continue;
      }
      const worker = await ConnectWorker.start({
        folder: path.join(scratch, 'connect'),
        brokers,
        port: CONNECT_PORT,
        plugins: ['debezium-jdbc'],
        schemas: true,
        report: say,
      });
      try {
        const peer = await measured(mode, true, (task) => connectSink(worker, client, database, task));
        const ratio = ours.rate / peer;
        held = held && ratio >= TARGETS[mode];
        console.log(
          `${mode}: ${told(ours)}; jdbc sink ${rows(peer)}; ${ratio.toFixed(1)} times, target ${TARGETS[mode]}: ${ratio >= TARGETS[mode] ? 'holds' : 'MISSED'}`,
        );
      } finally {
        await worker.stop();
      }
    }
    return held;
  } finally {
    await client.end();
  }

  /** In a topic and a table that are new and go again. */
  async function measured<T>(mode: Mode, schema: boolean, work: (task: Task) => Promise<T>): Promise<T> {
    const admin = await openAdmin({ brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' } });
    const topic = `bench-${Math.random().toString(36).slice(2)}`;
    const table = 'sluice_bench_orders';
    say(`${mode}: ${schema ? 'jdbc sink' : 'sluice'}`);
    await fill({ brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' } }, admin, topic, {
      messages,
      keys: messages,
      schema,
    });
    await client.query(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} ${TABLE}`);
    if (mode === 'upsert') {
      await client.query(
        `INSERT INTO ${table} SELECT i, 'old', 0, 0, now(), '{}' FROM generate_series(0, ${messages - 1}) i`,
      );
    }
    try {
      return await work({ mode, topic, table, messages });
    } finally {
      await client.query(`DROP TABLE ${table}`);
      await admin.deleteTopic(topic);
      await admin.close();
    }
  }
}

const rows = (rate: number) => `${Math.round(rate).toLocaleString('en-US')} rows/s`;
const told = ({ rate, cpu, maxRss }: Measured) =>
  `sluice ${rows(rate)}, ${cpu.toFixed(1)} s CPU, ${Math.round(maxRss / 1e6)} MB`;

judge(onStack(['kafka', 'postgres'], main));
