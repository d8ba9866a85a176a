/** One instance of a rule's function, in a process of its own, at an object that does not end. */

import { openInstance } from '../../lib/export/instance.ts';
import { exportObject } from '../../lib/export/run.ts';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import { connectionsSchema } from '../../lib/rule/schema/connections.ts';
import { exportSchema } from '../../lib/rule/schema/export.ts';
import { createSecretStore } from '../../lib/secret/index.ts';

export interface Instance {
  readonly name: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Records a second, of all instances together. */
  readonly rate: number;
  readonly instances: number;
  /** Left out: the rate is divided. */
  readonly redis?: string;
}

const BLOCK_ROWS = 500;

async function main({ name, brokers, topic, rate, instances, redis }: Instance): Promise<void> {
  const rule = exportSchema.parse({
    kind: 'export',
    name: topic,
    source: { bucket: 'bench', format: 'csv', csv: { header: 'use' } },
    select: 'SELECT s.process, s.n, s.uri FROM S3Object s',
    kafka: { connection: 'main', topic, key: 'process', ledger: 'kafka' },
    rate: { records: rate, ...(redis === undefined ? { instances } : { shared: 'cache' }) },
  });
  const connections = connectionsSchema.parse({
    kafka: { main: { brokers } },
    redis: redis === undefined ? {} : { cache: { url: redis } },
  });
  const secrets = createSecretStore({ fetch: async () => '{}' });
  const { plan, ports } = await openInstance({ rule, connections, stage: 'bench', hash: '' }, secrets);
  const info: ObjectInfo = {
    bucket: 'bench',
    key: `${name}.csv`,
    etag: 'v1',
    size: 2 ** 40,
    lastModified: new Date(),
  };
  const store: ObjectStore = {
    head: async () => info,
    read: () => endless(name),
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
  const deadline = Date.now() + 3_600_000;
  const record = await exportObject(
    { ...plan },
    { ...ports, store },
    { ref: info, trigger: 'manual', run: name, deadline },
  );
  throw new Error(`the export ${record.result}: ${record.error?.reason}`);
}

async function* endless(name: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('process,n,uri\n');
  for (let n = 0; ; n += BLOCK_ROWS) {
    yield Buffer.from(
      Array.from({ length: BLOCK_ROWS }, (_, i) => `${name},${n + i},/api/v1/orders/${n + i}\n`).join(''),
    );
  }
}

void main(JSON.parse(process.argv[2] ?? '') as Instance);
