/**
 * Exactly once beside at least once: the same records through Sluice's plain producer and through transactions, each
 * with its offset, 5,000 records a transaction, acks all.
 *
 *     npm run stack -- up --only kafka && npx tsx bench/transactions.ts [records]
 *
 * Making the records is not measured. Each way is run three times in turn with the others, and its best run counts.
 * Then small objects: connect, read the offset, one transaction, let go.
 */
import { openAdmin } from '../lib/kafka/admin.ts';
import { createChannels } from '../lib/kafka/channel.ts';
import type { KafkaEndpoint, ProducerOptions, RecordBatch } from '../lib/kafka/contract.ts';
import { createProducer } from '../lib/kafka/producer.ts';

const RECORDS = Number(process.argv[2] ?? 500_000);
const TRANSACTION = 5_000;
const PARTITIONS = 6;
const ROUNDS = 3;
const OBJECTS = 100;
const AT_ONCE = 8;
const SOURCE = { bucket: 'logs', key: 'access/2026/11/21/1.csv', version: 'v1' };

const endpoint: KafkaEndpoint = {
  brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(','),
  clientId: 'sluice-bench',
  auth: { mechanism: 'none' },
};

type Export = (options: ProducerOptions, batches: readonly RecordBatch[]) => Promise<void>;

const atLeastOnce: Export = async (options, batches) => {
  const producer = createProducer(options);
  await producer.connect();
  for (const batch of batches) await producer.send(batch, SOURCE);
  await producer.close();
};

const exactlyOnce: Export = async (options, batches) => {
  const channel = createChannels(options)(`sluice.bench.${unique()}`);
  await channel.connect();
  await channel.readOffset();
  for (const [i, batch] of batches.entries()) {
    await channel.begin();
    await channel.send(batch, SOURCE);
    await channel.sendOffsets(i, '{"v":1,"state":"running"}');
    await channel.commit();
  }
  await channel.drop();
};

const unique = () => Math.random().toString(36).slice(2);

/** Records of about 250 bytes, in batches of a transaction each. */
function batchesOf(records: number): RecordBatch[] {
  return Array.from({ length: Math.ceil(records / TRANSACTION) }, (_, call) => {
    const first = call * TRANSACTION;
    const values = Array.from({ length: Math.min(TRANSACTION, records - first) }, (_, i) => row(first + i));
    let end = 0;
    const ends = Uint32Array.from(values, (value) => (end += value.length));
    const offsets = Float64Array.from(values, (_, i) => (first + i) * 250);
    return { count: values.length, values: { bytes: Buffer.concat(values), ends }, offsets };
  });
}

function row(i: number): Buffer {
  const id = (Math.imul(i, 2654435761) >>> 0).toString(16).padStart(8, '0');
  const uri = `/api/v2/accounts/${i % 9973}/orders/${id}?page=${i % 17}&sort=created`;
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)';
  return Buffer.from(
    JSON.stringify({ request_id: `${id}-${i}`, status: 200 + (i % 7) * 50, uri, agent, edge: `edge-${i % 400}` }),
  );
}

async function withTopic<T>(work: (topic: string, count: () => Promise<number>) => Promise<T>): Promise<T> {
  const admin = await openAdmin(endpoint);
  const topic = `bench-${unique()}`;
  await admin.createTopic(topic, PARTITIONS);
  try {
    return await work(topic, async () => {
      const ranges = await admin.offsets(topic);
      return ranges.reduce((sum, { low, high }) => sum + Number(high - low), 0);
    });
  } finally {
    await admin.deleteTopic(topic);
    await admin.close();
  }
}

interface Measure {
  readonly seconds: number;
  readonly cpu: number;
}

async function measure(way: Export, batches: readonly RecordBatch[], compression: 'none' | 'gzip'): Promise<Measure> {
  return withTopic(async (topic, count) => {
    const began = performance.now();
    const before = process.cpuUsage();
    await way({ endpoint, topic, compression, headers: true }, batches);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(before);
    // A marker takes an offset as well, in each partition of each transaction.
    if ((await count()) < RECORDS) throw new Error('records are missing');
    return { seconds, cpu: (user + system) / 1e6 };
  });
}

async function smallObjects(): Promise<number> {
  const [batch] = batchesOf(10);
  return withTopic(async (topic) => {
    const options: ProducerOptions = { endpoint, topic, compression: 'none', headers: true };
    const began = performance.now();
    let next = 0;
    const worker = async () => {
      while (next++ < OBJECTS) await exactlyOnce(options, [batch!]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return OBJECTS / ((performance.now() - began) / 1000);
  });
}

async function main(): Promise<void> {
  const batches = batchesOf(RECORDS);
  const bytes = batches.reduce((sum, { values }) => sum + values.bytes.length, 0);
  console.log(
    `${RECORDS} records of ${Math.round(bytes / RECORDS)} B into ${PARTITIONS} partitions, ${TRANSACTION} a call or transaction, Node ${process.version}`,
  );
  const ways = (['none', 'gzip'] as const).flatMap((compression) => [
    { name: `at least once, ${compression}`, way: atLeastOnce, compression },
    { name: `exactly once, ${compression}`, way: exactlyOnce, compression },
  ]);
  const best = new Map<string, Measure>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, way, compression } of ways) {
      const result = await measure(way, batches, compression);
      const former = best.get(name);
      if (former === undefined || result.seconds < former.seconds) best.set(name, result);
    }
  }
  for (const [name, { seconds, cpu }] of best) {
    const figures = [
      `${Math.round(RECORDS / seconds / 1000)}k/s`,
      `${(bytes / seconds / 1e6).toFixed(0)} MB/s`,
      `${cpu.toFixed(1)} s CPU`,
    ];
    console.log(name.padEnd(24), ...figures.map((figure) => figure.padStart(10)));
  }
  console.log(`${Math.round(await smallObjects())} small objects/s, ${AT_ONCE} at once, an id for each`);
}

await main();
