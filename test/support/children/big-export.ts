/**
 * A process of its own: exports a made-up CSV object of any size through the real run into a real broker, and prints one
 * line of JSON: the run record and the most memory it ever held. Bundled before it runs, as a function is.
 *
 *   node big-export.js '{"brokers": ["127.0.0.1:9092"], "topic": "t", "bytes": 2147483648}'
 */

import { exportObject } from '../../../lib/export/run.ts';
import { createProducer } from '../../../lib/kafka/producer.ts';
import { createLimiter } from '../../../lib/limit/limiter.ts';
import type { ObjectInfo, ObjectStore } from '../../../lib/object/contract.ts';
import { prepare } from '../../../lib/select/index.ts';
import { accessLogBytes } from '../../../local/access-log.ts';

export interface BigExport {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** The least size of the object. */
  readonly bytes: number;
}

const { brokers, topic, bytes } = JSON.parse(process.argv[2] ?? '') as BigExport;

/** The header, and then the same rows again and again: making each anew would take longer than exporting it. */
async function* content(): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat([...accessLogBytes(10_000, 7)]);
  const header = all.indexOf(10) + 1;
  yield all.subarray(0, header);
  const block = all.subarray(header);
  const chunk = 1024 * 1024;
  for (let size = header; size < bytes; size += block.length) {
    for (let from = 0; from < block.length; from += chunk) yield Buffer.from(block.subarray(from, from + chunk));
  }
}

async function main(): Promise<void> {
  const info: ObjectInfo = { bucket: 'made-up', key: 'big.csv', etag: 'e', size: bytes, lastModified: new Date(0) };
  const store: ObjectStore = {
    head: async () => info,
    read: content,
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
  const select = prepare(
    'SELECT s.request_id, CAST(s.status AS INT) AS status, s.uri FROM S3Object s WHERE s.status >= 500',
    { input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' }, key: 'request_id' },
  );
  const endpoint = { brokers, clientId: 'big-export', auth: { mechanism: 'none' as const } };
  const producer = createProducer({ endpoint, topic, compression: 'gzip', headers: true });
  const limiter = await createLimiter({ id: 'big-export' });
  const record = await exportObject(
    { rule: 'big', stage: 'test', topic, compression: 'auto', select, onError: 'retain' },
    { store, producer, limiter, clock: Date.now, pause: async () => undefined },
    { ref: info, trigger: 'manual', run: 'r', deadline: Date.now() + 600_000 },
  );
  await Promise.all([producer.close(), limiter.close()]);
  // In KiB on Linux and macOS.
  const maxRss = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ record, maxRss })}\n`);
}

void main();
