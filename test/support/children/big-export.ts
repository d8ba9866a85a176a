/**
 * A process of its own: exports a made-up CSV object of any size through the real run into a real broker, read by
 * parts as from a store, and prints one line of JSON: the run record and the most memory it ever held. Bundled before it
 * runs, as a function is.
 *
 *   node big-export.js '{"brokers": ["127.0.0.1:9092"], "topic": "t", "bytes": 2147483648, "stored": "none"}'
 */
import { gzipSync } from 'node:zlib';
import { exportObject } from '../../../lib/export/run.ts';
import { createProducer } from '../../../lib/kafka/producer.ts';
import { createLimiter } from '../../../lib/limit/limiter.ts';
import type { ObjectInfo, ObjectStore } from '../../../lib/object/contract.ts';
import { readRanges } from '../../../lib/object/ranged-read.ts';
import { prepare } from '../../../lib/select/index.ts';
import { accessLogBytes } from '../../../local/access-log.ts';

export interface BigExport {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** The least size of the object, decompressed. */
  readonly bytes: number;
  readonly stored: 'none' | 'gzip';
}

const { brokers, topic, bytes, stored } = JSON.parse(process.argv[2] ?? '') as BigExport;
const PIECE = 64 * 1024;
const asStored = (part: Buffer) => (stored === 'gzip' ? gzipSync(part) : part);

/** The header, and then the same rows again and again: making each anew would take longer than exporting it. */
function madeUp() {
  const all = Buffer.concat([...accessLogBytes(10_000, 7)]);
  const behind = all.indexOf(10) + 1;
  const rows = all.subarray(behind);
  // Gzip members one after another are a gzip file, too.
  const header = asStored(all.subarray(0, behind));
  const block = asStored(rows);
  const size = header.length + block.length * Math.ceil(bytes / rows.length);
  /** In pieces as sockets give them, each in memory of its own. */
  async function* fetch(from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; ) {
      const within = (at - header.length) % block.length;
      const rest = at < header.length ? header.subarray(at) : block.subarray(within, within + PIECE);
      const piece = Buffer.from(rest.subarray(0, to - at));
      at += piece.length;
      yield piece;
    }
  }
  return { size, fetch };
}

async function main(): Promise<void> {
  const { size, fetch } = madeUp();
  const info: ObjectInfo = { bucket: 'made-up', key: 'big.csv', etag: 'e', size, lastModified: new Date(0) };
  const store: ObjectStore = {
    head: async () => info,
    read: (_info, { from = 0, to = size } = {}) => readRanges(fetch, { from, to }),
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
    { rule: 'big', stage: 'test', hash: 'test', topic, compression: 'auto', select, onError: 'retain' },
    { store, producer, limiter, clock: Date.now, pause: async () => undefined },
    { ref: info, trigger: 'manual', run: 'r', deadline: Date.now() + 600_000 },
  );
  await Promise.all([producer.close(), limiter.close()]);
  // In KiB on Linux and macOS.
  const maxRss = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ record, maxRss })}\n`);
}

void main();
