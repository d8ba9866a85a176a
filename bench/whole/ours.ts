import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ExactPorts, ExportPorts } from '../../lib/export/plan.ts';
import { exportObject } from '../../lib/export/run.ts';
import type { ProducerOptions } from '../../lib/kafka/contract.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { createLimiter } from '../../lib/limit/limiter.ts';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import type { PreparedSelect } from '../../lib/select/contract.ts';
import { prepare } from '../../lib/select/index.ts';
import type { Job, Rows } from './job.ts';

const CHUNK = 1024 * 1024;

export const selectOf = ({ query }: Job) =>
  prepare(query, { input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' } });

/** The engine over a file, as `sluice preview --all` runs it. */
export async function preview(job: Job): Promise<Rows> {
  let count = 0;
  let sum = 0;
  for await (const { values, ...batch } of selectOf(job).run(createReadStream(job.file, { highWaterMark: CHUNK }))) {
    count += batch.count;
    sum = crc32(values.bytes.subarray(0, values.ends[batch.count - 1] ?? 0), sum);
  }
  return { count, sum };
}

/** The same, and nothing but that; its sum is the one of rows that went to Kafka. */
export async function selecting(job: Job): Promise<Rows> {
  let count = 0;
  let sum = 0;
  for await (const { values, ...batch } of selectOf(job).run(createReadStream(job.file, { highWaterMark: CHUNK }))) {
    count += batch.count;
    for (let row = 0, from = 0; row < batch.count; row++) {
      const to = values.ends[row] ?? 0;
      sum += crc32(values.bytes.subarray(from, to));
      from = to;
    }
  }
  return { count, sum };
}

/** The run of a rule at least once: a file instead of an object, everything behind it as in the function. No rate. */
export async function exporting(job: Job): Promise<undefined> {
  const producer = createProducer(producing(job));
  await run(job, selectOf(job), { producer });
  await producer.close();
}

export function producing(job: Job): ProducerOptions {
  const { brokers, topic, compression } = kafkaOf(job);
  const endpoint = { brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' as const } };
  return { endpoint, topic, compression, headers: true };
}

export async function run(
  job: Job,
  select: PreparedSelect,
  delivery: Pick<ExportPorts, 'producer'> | Pick<ExactPorts, 'ledger'>,
): Promise<undefined> {
  const { size, mtime } = await stat(job.file);
  const info: ObjectInfo = { bucket: 'local', key: job.file, etag: `${size}`, size, lastModified: mtime };
  const store: ObjectStore = {
    head: async () => info,
    read: () => createReadStream(job.file, { highWaterMark: CHUNK }),
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
  const limiter = await createLimiter({ id: 'bench' });
  const record = await exportObject(
    {
      rule: 'bench',
      stage: 'local',
      hash: 'bench',
      topic: kafkaOf(job).topic,
      compression: 'none',
      select,
      onError: 'retain',
    },
    { store, limiter, clock: Date.now, pause: async () => undefined, ...delivery },
    { ref: info, trigger: 'manual', run: 'bench', deadline: Date.now() + 3_600_000 },
  );
  await limiter.close();
  if (record.result !== 'done') throw new Error(`the export ${record.result}: ${record.error?.reason}`);
}

export function kafkaOf({ kafka }: Job): NonNullable<Job['kafka']> {
  if (kafka === undefined) throw new TypeError('this way needs a broker');
  return kafka;
}
