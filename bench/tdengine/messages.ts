import type { KafkaAdmin } from '../../lib/kafka/admin.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { createProducer } from '../../lib/kafka/producer.ts';

const PARTITIONS = 4;
const BATCH = 5_000;
/** 2024-07-03T09:46:40Z. */
const BEGIN = 1_720_000_000_000;

/** What a meter sends, as JSON of about 100 bytes: a time, a double, an int, a text, and the two tags of its sub-table, one of 100. */
export function message(i: number): string {
  const id = i % 100;
  return `{"ts":${BEGIN + i},"current":${(2000 + (i % 977)) / 10},"voltage":${200 + (i % 50)},"state":"state ${i % 13}","id":${id},"hall":"hall-${id % 7}"}`;
}

/** A new topic that holds them. Those of one meter are in one partition. */
export async function fill(endpoint: KafkaEndpoint, admin: KafkaAdmin, topic: string, messages: number): Promise<void> {
  await admin.createTopic(topic, PARTITIONS);
  const producer = createProducer({ endpoint, topic, compression: 'none', headers: false });
  await producer.connect();
  for (let first = 0; first < messages; first += BATCH) {
    const values = Array.from({ length: Math.min(BATCH, messages - first) }, (_, k) => Buffer.from(message(first + k)));
    const ends = new Uint32Array(values.length);
    let end = 0;
    for (const [k, value] of values.entries()) {
      end += value.length;
      ends[k] = end;
    }
    await producer.send(
      {
        count: values.length,
        values: { bytes: Buffer.concat(values), ends },
        offsets: Float64Array.from(values, (_, k) => first + k),
      },
      { bucket: 'bench', key: topic, version: '1' },
    );
  }
  await producer.close();
}
