/** Processes that mirror a source's tables, and what is in the mirror. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { Client } from 'pg';
import { connectionsSchema } from '../../../lib/rule/schema/connections.ts';
import { postgresSinkSchema } from '../../../lib/rule/schema/postgres-sink.ts';
import type { Kill, MirrorRun } from '../children/mirror-sink.ts';
import { EVERY_TYPE } from './columns.ts';
import { PARTITIONS, type Source } from './source.ts';
import { TABLES } from './workload.ts';

const PATIENCE_MS = 120_000;

/** By which a table's rows are shown, where not all of a value is to be known. */
const SHOWN = new Map(EVERY_TYPE.flatMap(({ name, shown }) => (shown === undefined ? [] : [[name, shown] as const])));

export interface MirrorOptions {
  /** Of its server: another one than the source's, whose log would hold the mirror's changes too. */
  readonly url: string;
  readonly conflict: 'auto' | 'delete-insert';
}

export class Mirror {
  readonly schema: string;
  readonly #source: Source;
  readonly #options: MirrorOptions;
  #client: Client;
  readonly #folder: string;
  readonly #lives = new Set<ChildProcess>();
  #said = '';

  private constructor(source: Source, options: MirrorOptions, client: Client, folder: string) {
    this.#source = source;
    this.schema = source.schema.replace('source', options.conflict === 'auto' ? 'mirror' : 'replaced');
    this.#options = options;
    this.#client = client;
    this.#folder = folder;
  }

  static async create(source: Source, options: MirrorOptions): Promise<Mirror> {
    const client = await connected(options.url);
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-mirror-'));
    await build({
      entryPoints: [path.join(__dirname, '..', 'children', 'mirror-sink.ts')],
      outfile: path.join(folder, 'mirror-sink.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: ['pg-native'],
      logLevel: 'error',
    });
    const mirror = new Mirror(source, options, client, folder);
    await client.query(`CREATE SCHEMA ${mirror.schema}`);
    for (const sql of Object.values(TABLES).flat()) await client.query(sql.replaceAll('%', mirror.schema));
    await client.query(`ALTER TABLE ${mirror.schema}.items ADD COLUMN sluice_lsn numeric[]`);
    return mirror;
  }

  /** A process that goes on until it is ended, or kills itself. It is a group of its own: the target knows where it is. */
  start(kill?: Kill): ChildProcess {
    const { brokers, schemas } = this.#source.options;
    const { conflict } = this.#options;
    const { hostname, port, pathname, username, password } = new URL(this.#options.url);
    const group = `mirror-${Math.random().toString(36).slice(2)}`;
    const rules = Object.keys(PARTITIONS).map((table) =>
      postgresSinkSchema.parse({
        kind: 'postgres-sink',
        name: this.#ruleOf(table),
        source: {
          connection: 'main',
          topics: [this.#source.topic(table)],
          group,
          maxWaitMs: 50,
          batch: { records: 40 },
        },
        message: { format: 'debezium', debezium: schemas ? {} : { decimals: 'precise' } },
        target: { connection: 'db', schema: this.schema, table, conflict },
        mode: 'mirror',
        allowTruncate: true,
        schemaEvolution: 'widen',
        ...(table === 'items' ? { ifNewer: 'lsn' } : {}),
      }),
    );
    const connections = connectionsSchema.parse({
      kafka: { main: { brokers } },
      postgres: {
        db: {
          host: hostname,
          port: Number(port),
          database: pathname.slice(1),
          secret: 'env:MIRROR_LOGIN',
          tls: 'disable',
        },
      },
    });
    const run: MirrorRun = { rules, connections, ...(kill !== undefined && { kill }) };
    const child = spawn(process.execPath, [path.join(this.#folder, 'mirror-sink.cjs'), JSON.stringify(run)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MIRROR_LOGIN: JSON.stringify({ username, password }) },
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk}`.slice(-20_000);
    });
    this.#lives.add(child);
    child.once('exit', () => this.#lives.delete(child));
    return child;
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.#client.query<Record<string, unknown>>(sql.replaceAll('%', this.schema))).rows;
  }

  /** Resolves when nothing differs any more. Throws with what differs, and with what the processes said. */
  async equalsSource(child: ChildProcess): Promise<void> {
    let differences: readonly string[] = [];
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(100)) {
      differences = await this.#differences();
      if (differences.length === 0) return;
      if (child.exitCode !== null || child.signalCode !== null) break;
    }
    throw new Error(`the mirror is not its source:\n${differences.slice(0, 20).join('\n')}\n${this.#said}`);
  }

  /** Its processes' connections are ended by the server, as when it restarts. @returns how many there were */
  async cutConnections(): Promise<number> {
    const names = Object.keys(PARTITIONS).map((table) => `sluice.test.${this.#ruleOf(table)}`);
    const { rowCount } = await this.#client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1)',
      [names],
    );
    return rowCount ?? 0;
  }

  /** After its server was away. */
  async reconnect(): Promise<void> {
    await this.#client.end().catch(() => undefined);
    this.#client = await connected(this.#options.url);
  }

  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async drop(): Promise<void> {
    for (const child of this.#lives) child.kill('SIGKILL');
    await this.#client.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await this.#client.end();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** No other mirror's: by it the server knows whose connection one is. */
  #ruleOf(table: string): string {
    return `${this.schema.replaceAll('_', '-')}-${table}`;
  }

  async #differences(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const table of Object.keys(PARTITIONS)) {
      const columns = await this.#source.columns(table);
      // A column that the mirror has not got yet makes it another table.
      const [left, right] = await Promise.all([
        rowsOf(this.#source, `SELECT ${shown(columns)} AS row FROM %.${table}`),
        rowsOf(this, `SELECT ${shown(columns)} AS row FROM %.${table}`).catch((error: unknown) => [String(error)]),
      ]);
      found.push(...without(left, right).map((row) => `${table} missing: ${row.slice(0, 600)}`));
      found.push(...without(right, left).map((row) => `${table} extra: ${row.slice(0, 600)}`));
    }
    return found;
  }
}

async function rowsOf(
  side: { query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> },
  sql: string,
): Promise<string[]> {
  return (await side.query(sql)).map(({ row }) => String(row));
}

function shown(columns: readonly string[]): string {
  const texts = columns.map((name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    return SHOWN.get(name)?.replaceAll('%', quoted) ?? `${quoted}::text`;
  });
  return `jsonb_build_array(${texts.join(', ')})::text`;
}

/** What is in the first list and not, or less often, in the second. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const left = counts.get(row) ?? 0;
    counts.set(row, left - 1);
    return left <= 0;
  });
}

/** A server that ends the connection is a fault of the test's own making: the next query tells. */
async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
