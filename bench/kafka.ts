/**
 * Records into the broker: a bare kafkajs loop beside Sluice's producer, with the same values, 2,000 to a call, acks all.
 *
 *     npm run stack -- up --only kafka && npx tsx bench/kafka.ts [records]
 *
 * kafkajs gets its messages ready made, the producer its columns; making either is not measured. Each way is run three
 * times in turn with the others, and its best run counts, since a laptop's other work only ever slows a run down.
 */
import kafkajs from 'kafkajs';
import { openAdmin } from '../lib/kafka/admin.ts';
import { createClient } from '../lib/kafka/connection.ts';
import type { KafkaEndpoint, RecordBatch, RecordCompression } from '../lib/kafka/contract.ts';
import { createProducer } from '../lib/kafka/producer.ts';

const RECORDS = Number(process.argv[2] ?? 500_000);
const CALL = 2_000;
const PARTITIONS = 6;
const ROUNDS = 3;
const SOURCE = { bucket: 'logs', key: 'access/2026/11/21/1.csv', version: 'v1' };

const endpoint: KafkaEndpoint = {
  brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(','),
  clientId: 'sluice-bench',
  auth: { mechanism: 'none' },
};

interface Call {
  readonly values: readonly Buffer[];
  readonly batch: RecordBatch;
}

/** Access-log rows as JSON, of about 250 bytes. */
function callsOf(records: number): Call[] {
  const calls: Call[] = [];
  let offset = 0;
  for (let first = 0; first < records; first += CALL) {
    const values = Array.from({ length: Math.min(CALL, records - first) }, (_, i) => row(first + i));
    const ends = new Uint32Array(values.length);
    const offsets = new Float64Array(values.length);
    let end = 0;
    for (const [i, value] of values.entries()) {
      offsets[i] = offset;
      offset += value.length;
      end += value.length;
      ends[i] = end;
    }
    calls.push({ values, batch: { count: values.length, values: { bytes: Buffer.concat(values), ends }, offsets } });
  }
  return calls;
}

function row(i: number): Buffer {
  const id = (Math.imul(i, 2654435761) >>> 0).toString(16).padStart(8, '0');
  return Buffer.from(
    JSON.stringify({
      request_id: `${id}-${id}-${i}`,
      status: 200 + (i % 7) * 50,
      method: i % 3 === 0 ? 'POST' : 'GET',
      uri: `/api/v2/accounts/${i % 9973}/orders/${id}?page=${i % 17}&sort=created`,
      agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
      bytes: i % 65_536,
      ms: (i % 1000) / 10,
      edge: `edge-${i % 400}.eu-central-1`,
    }),
  );
}

interface Way {
  readonly name: string;
  run(topic: string, calls: readonly Call[]): Promise<void>;
}

function bareLoop(compression: 'none' | 'gzip'): Way {
  return {
    name: `kafkajs, ${compression}`,
    async run(topic, calls) {
      const producer = createClient(endpoint).producer({
        allowAutoTopicCreation: false,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const { None, GZIP } = kafkajs.CompressionTypes;
      for (const [i, { values }] of calls.entries()) {
        const partition = i % PARTITIONS;
        const messages = values.map((value) => ({ partition, value }));
        await producer.send({ topic, acks: -1, compression: compression === 'gzip' ? GZIP : None, messages });
      }
      await producer.disconnect();
    },
  };
}

function sluice(compression: RecordCompression, headers: boolean): Way {
  return {
    name: `sluice, ${compression}${headers ? ', with provenance headers' : ''}`,
    async run(topic, calls) {
      const producer = createProducer({ endpoint, topic, compression, headers });
      await producer.connect();
      for (const { batch } of calls) await producer.send(batch, SOURCE);
      await producer.close();
    },
  };
}

interface Measure {
  readonly seconds: number;
  readonly cpu: number;
}

async function measure(way: Way, calls: readonly Call[]): Promise<Measure> {
  const admin = await openAdmin(endpoint);
  const topic = `bench-${Math.random().toString(36).slice(2)}`;
  await admin.createTopic(topic, PARTITIONS);
  const began = performance.now();
  const cpu = process.cpuUsage();
  await way.run(topic, calls);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const arrived = (await admin.offsets(topic)).reduce((sum, { low, high }) => sum + Number(high - low), 0);
  await admin.deleteTopic(topic);
  await admin.close();
  if (arrived !== RECORDS) throw new Error(`${way.name}: ${arrived} of ${RECORDS} records arrived`);
  return { seconds, cpu: (user + system) / 1e6 };
}

const ways: readonly Way[] = [
  bareLoop('none'),
  sluice('none', false),
  sluice('none', true),
  bareLoop('gzip'),
  sluice('gzip', false),
  sluice('gzip', true),
  sluice('lz4', true),
  sluice('snappy', true),
];

async function main(): Promise<void> {
  const calls = callsOf(RECORDS);
  const bytes = calls.reduce((sum, { batch }) => sum + batch.values.bytes.length, 0);
  console.log(
    `${RECORDS} records of ${Math.round(bytes / RECORDS)} B into ${PARTITIONS} partitions, ${CALL} a call, Node ${process.version}`,
  );
  const best = new Map<Way, Measure>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) {
      const result = await measure(way, calls);
      const former = best.get(way);
      if (former === undefined || result.seconds < former.seconds) best.set(way, result);
    }
  }
  let reference = 0;
  for (const way of ways) {
    const { seconds, cpu } = best.get(way)!;
    const rate = RECORDS / seconds;
    // Compared with the bare loop above it.
    if (way.name.startsWith('kafkajs')) reference = rate;
    const figures = [
      `${Math.round(rate / 1000)}k/s`,
      `${(bytes / seconds / 1e6).toFixed(0)} MB/s`,
      `${cpu.toFixed(1)} s CPU`,
    ];
    console.log(
      way.name.padEnd(40),
      ...figures.map((figure) => figure.padStart(10)),
      `${(rate / reference).toFixed(2)}×`.padStart(8),
    );
  }
}

await main();
