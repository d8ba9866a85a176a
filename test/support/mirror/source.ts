/** A source in PostgreSQL whose changes a real Debezium connector sends to Kafka. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { type KafkaAdmin, openAdmin } from '../../../lib/kafka/admin.ts';
import { type Connector, ConnectWorker, type WorkerOptions } from '../../../local/connect/worker.ts';
import { plaintext } from '../kafka.ts';
import { TABLES } from './workload.ts';

export interface SourceOptions {
  readonly brokers: readonly string[];
  readonly url: string;
  /** Whether messages carry their schema. */
  readonly schemas: boolean;
}

/** Of several partitions only the topic of `items`, whose changes find each other by their positions. */
export const PARTITIONS: Readonly<Record<string, number>> = { items: 3, every: 1, loose: 1 };

export class Source {
  readonly schema: string;
  readonly options: SourceOptions;
  readonly #client: Client;
  readonly #admin: KafkaAdmin;
  readonly #worker: WorkerOptions;
  #running: ConnectWorker;

  private constructor(
    options: SourceOptions,
    schema: string,
    client: Client,
    admin: KafkaAdmin,
    worker: WorkerOptions,
    running: ConnectWorker,
  ) {
    this.options = options;
    this.schema = schema;
    this.#client = client;
    this.#admin = admin;
    this.#worker = worker;
    this.#running = running;
  }

  /** Its tables, and a connector that sends their changes. Some rows are there before it, so that it begins with a snapshot. */
  static async start(options: SourceOptions, before: readonly string[]): Promise<Source> {
    const { brokers, url, schemas } = options;
    const schema = `source_${Math.random().toString(36).slice(2)}`;
    const client = new Client({ connectionString: url });
    // A server that ends is told by the next query.
    client.on('error', () => undefined);
    await client.connect();
    const admin = await openAdmin(plaintext(brokers));
    await client.query(`CREATE SCHEMA ${schema}`);
    for (const sql of [...Object.values(TABLES).flat(), ...before]) await client.query(sql.replaceAll('%', schema));
    for (const [table, count] of Object.entries(PARTITIONS)) await admin.createTopic(topicOf(schema, table), count);
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-connect-'));
    const plugins = ['debezium-postgres'] as const;
    const worker = { folder, brokers, port: await freePort(), plugins, schemas, report: () => undefined };
    const source = new Source(options, schema, client, admin, worker, await ConnectWorker.start(worker));
    await source.#running.add(source.#connector());
    await source.#streams();
    return source;
  }

  /** Until then it takes its snapshot, and a table that is truncated meanwhile is empty in it, whatever was there. */
  async #streams(): Promise<void> {
    const streaming = `SELECT 1 FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = '${this.schema}' AND r.state = 'streaming'`;
    while ((await this.query(streaming)).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  topic(table: string): string {
    return topicOf(this.schema, table);
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.#client.query<Record<string, unknown>>(sql.replaceAll('%', this.schema))).rows;
  }

  async columns(table: string): Promise<readonly string[]> {
    const rows = await this.query(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = '%.${table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`,
    );
    return rows.map(({ name }) => String(name));
  }

  /** Resolves when the connector has noted where it is: before that it would begin with a snapshot again. */
  async noted(): Promise<void> {
    const file = path.join(this.#worker.folder, 'offsets');
    const since = Date.now();
    await this.query('INSERT INTO %.loose (x) VALUES (0)');
    while ((await stat(file).catch(() => undefined))?.mtimeMs === undefined || (await stat(file)).mtimeMs < since) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As if its machine had lost power: what it had not noted yet it sends again. */
  async restartConnector(): Promise<void> {
    await this.#running.stop(true);
    this.#running = await ConnectWorker.start(this.#worker);
    await this.#running.add(this.#connector());
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    await rm(this.#worker.folder, { recursive: true, force: true });
    const { schema } = this;
    await this.#client.query(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1`, [
      schema,
    ]);
    for (let left = 50; left > 0; left--) {
      const { rows } = await this.#client.query('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [
        schema,
      ]);
      if (rows[0]?.active !== true) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.#client.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
      [schema],
    );
    await this.#client.query(`DROP PUBLICATION IF EXISTS ${schema}`);
    await this.#client.query(`DROP SCHEMA ${schema} CASCADE`);
    await this.#client.end();
    for (const table of Object.keys(PARTITIONS)) await this.#admin.deleteTopic(this.topic(table));
    await this.#admin.close();
  }

  #connector(): Connector {
    const { hostname, port, username, password, pathname } = new URL(this.options.url);
    const { schema } = this;
    return {
      name: schema,
      config: {
        'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
        'database.hostname': hostname,
        'database.port': port,
        'database.user': username,
        'database.password': password,
        'database.dbname': pathname.slice(1),
        'topic.prefix': 'mirror',
        'schema.include.list': schema,
        'plugin.name': 'pgoutput',
        'slot.name': schema,
        'publication.name': schema,
        'publication.autocreate.mode': 'filtered',
        'interval.handling.mode': 'string',
        'include.unknown.datatypes': 'true',
        // Truncates are left out unless somebody asks for them.
        'skipped.operations': 'none',
        'poll.interval.ms': '50',
      },
    };
  }
}

const topicOf = (schema: string, table: string): string => `mirror.${schema}.${table}`;

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
