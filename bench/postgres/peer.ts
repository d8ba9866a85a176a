import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ConnectWorker } from '../../local/connect/worker.ts';

export type Mode = 'insert' | 'upsert';

export interface Task {
  readonly mode: Mode;
  readonly topic: string;
  readonly table: string;
  readonly messages: number;
}

/**
 * Rows a second of Kafka Connect with the Debezium JDBC sink, from the first rows that are there to the last: its start
 * does not count against it. For an upsert each key is there before, with another customer.
 */
export async function connectSink(
  worker: ConnectWorker,
  client: Client,
  database: URL,
  { mode, topic, table, messages }: Task,
): Promise<number> {
  const done = mode === 'insert' ? `SELECT count(*)::int AS n FROM ${table}` : `SELECT count(*)::int AS n FROM ${table} WHERE customer LIKE 'customer-%'`;
  await worker.add({
    name: topic,
    config: {
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': '1',
      topics: topic,
      'connection.url': `jdbc:postgresql://${database.host}${database.pathname}`,
      'connection.username': database.username,
      'connection.password': database.password,
      'insert.mode': mode,
      ...(mode === 'upsert' ? { 'primary.key.mode': 'record_value', 'primary.key.fields': 'id' } : {}),
      'collection.name.format': table,
      'schema.evolution': 'none',
      'batch.size': '2000',
      'consumer.override.max.poll.records': '2000',
    },
  });
  try {
    let began: { readonly at: number; readonly rows: number } | undefined;
    for (;;) {
      const { rows } = await client.query<{ n: number }>(done);
      const n = rows[0]?.n ?? 0;
      if (n > 0) began ??= { at: performance.now(), rows: n };
      if (began !== undefined && n >= messages) return ((n - began.rows) * 1000) / (performance.now() - began.at);
      await delay(300);
    }
  } finally {
    await worker.remove(topic);
  }
}
