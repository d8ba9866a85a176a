import type { KafkaAdmin } from '../../lib/kafka/admin.ts';
import { createClient } from '../../lib/kafka/connection.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';

/** An order: six columns, one of them jsonb; about 200 bytes. With `conflicts`, that many different keys come again and again. */
export interface Shape {
  readonly messages: number;
  readonly keys: number;
  /** The peer cannot do without a schema in each message. */
  readonly schema: boolean;
}

export const TABLE = `(id bigint PRIMARY KEY, customer text, amount double precision, status int, placed timestamptz, payload jsonb)`;

const SCHEMA = {
  type: 'struct',
  optional: false,
  fields: [
    { field: 'id', type: 'int64', optional: false },
    { field: 'customer', type: 'string', optional: true },
    { field: 'amount', type: 'double', optional: true },
    { field: 'status', type: 'int32', optional: true },
    { field: 'placed', type: 'string', name: 'io.debezium.time.ZonedTimestamp', version: 1, optional: true },
    { field: 'payload', type: 'string', name: 'io.debezium.data.Json', version: 1, optional: true },
  ],
};

export function message(i: number, { keys, schema }: Shape): string {
  const payload = {
    channel: i % 3 === 0 ? 'web' : 'app',
    items: [{ sku: `sku-${i % 997}`, n: i % 5 }],
    note: 'gift, wrapped',
  };
  const row = {
    id: i % keys,
    customer: `customer-${i % 9973}`,
    amount: (i % 100_000) / 100,
    status: i % 7,
    placed: new Date(Date.UTC(2026, 10, 1) + i * 1000).toISOString(),
    payload: schema ? JSON.stringify(payload) : payload,
  };
  return JSON.stringify(schema ? { schema: SCHEMA, payload: row } : row);
}

/** A new topic that holds them, in 6 partitions. Rows of one key are in one partition, as whoever upserts needs it. */
export async function fill(endpoint: KafkaEndpoint, admin: KafkaAdmin, topic: string, shape: Shape): Promise<void> {
  await admin.createTopic(topic, 6);
  const producer = createClient(endpoint).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (let first = 0; first < shape.messages; first += 5_000) {
    const messages = Array.from({ length: Math.min(5_000, shape.messages - first) }, (_, k) => {
      const i = first + k;
      return { partition: (i % shape.keys) % 6, value: message(i, shape) };
    });
    await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();
}
