import type { Client } from 'pg';
import type { ConnectWorker } from '../../local/connect/worker.ts';
import { rowsPerSecond, type Task } from './measure.ts';

/** Kafka Connect with the Debezium JDBC sink. */
export async function connectSink(worker: ConnectWorker, client: Client, database: URL, task: Task): Promise<number> {
  const { mode, topic, table } = task;
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
    return await rowsPerSecond(client, task);
  } finally {
    await worker.remove(topic);
  }
}
