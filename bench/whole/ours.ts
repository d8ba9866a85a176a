import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { exportObject } from '../../lib/export/run.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { createLimiter } from '../../lib/limit/limiter.ts';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import { prepare } from '../../lib/select/index.ts';
import { type Job, queryOf, type Rows } from './job.ts';

const CHUNK = 1024 * 1024;

const selectOf = ({ least }: Job) =>
  prepare(queryOf(least), { input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' } });

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

/** The run of a rule: a file instead of an object, everything behind it as in the function. No rate. */
export async function exporting(job: Job): Promise<undefined> {
  const { brokers, topic, compression } = kafkaOf(job);
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
  const endpoint = { brokers, clientId: 'sluice-bench', auth: { mechanism: 'none' as const } };
  const producer = createProducer({ endpoint, topic, compression, headers: true });
  const limiter = await createLimiter({ id: 'bench' });
  const record = await exportObject(
    { rule: 'bench', stage: 'local', topic, compression: 'none', select: selectOf(job), onError: 'retain' },
    { store, producer, limiter, clock: Date.now, pause: async () => undefined },
    { ref: info, trigger: 'manual', run: 'bench', deadline: Date.now() + 3_600_000 },
  );
  await Promise.all([producer.close(), limiter.close()]);
  if (record.result !== 'done') throw new Error(`the export ${record.result}: ${record.error?.reason}`);
}

export function kafkaOf({ kafka }: Job): NonNullable<Job['kafka']> {
  if (kafka === undefined) throw new TypeError('this way needs a broker');
  return kafka;
}
