import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { qualified, quoteName } from '../../lib/sink/postgres/identifier.ts';
import type { Texts } from './compare.ts';
import type { Recording } from './recording.ts';

/** A database with the source's tables as they were at first, empty. */
export class ScratchDatabase {
  readonly url: string;
  readonly #admin: string;
  readonly #client: Client;

  private constructor(admin: string, url: string) {
    this.#admin = admin;
    this.url = url;
    this.#client = new Client({ connectionString: url });
  }

  static async create(admin: string, folder: string): Promise<ScratchDatabase> {
    const name = `sluice_recordings_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
    await once(admin, `CREATE DATABASE ${name}`);
    const url = new URL(admin);
    url.pathname = `/${name}`;
    const database = new ScratchDatabase(admin, url.href);
    await database.#client.connect();
    // Lines that begin with a backslash are for psql alone; the target is nobody's but ours.
    const ddl = readFileSync(path.join(folder, 'ddl_start.sql'), 'utf8')
      .split('\n')
      .filter(
        (line) => !line.startsWith('\\') && !/^(ALTER .* OWNER TO|CREATE PUBLICATION|ALTER PUBLICATION)/.test(line),
      )
      .join('\n');
    await database.#client.query(ddl);
    await database.#client.query('RESET ALL');
    return database;
  }

  async texts({ schema, table }: Recording): Promise<Texts[]> {
    const names = (await this.#columns(schema, table)).map(({ name }) => `${quoteName(name)}::text`);
    const from = qualified({ schema, table });
    return (await this.#client.query<Record<string, string | null>>(`SELECT ${names.join(', ')} FROM ${from}`)).rows;
  }

  async key({ schema, table }: Recording): Promise<string[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = $1::regclass AND i.indisprimary`,
      [qualified({ schema, table })],
    );
    return rows.map(({ name }) => name);
  }

  async drop(): Promise<void> {
    await this.#client.end();
    await once(this.#admin, `DROP DATABASE ${new URL(this.url).pathname.slice(1)} WITH (FORCE)`);
  }

  /** Columns whose values the connector writes as bytes. */
  async bytesColumns({ schema, table }: Recording): Promise<string[]> {
    return (await this.#columns(schema, table)).flatMap(({ name, type }) => (type === 'bytea' ? [name] : []));
  }

  async addPosition({ schema, table }: Recording): Promise<void> {
    await this.#client.query(`ALTER TABLE ${qualified({ schema, table })} ADD COLUMN sluice_lsn numeric[]`);
  }

  async #columns(schema: string, table: string): Promise<{ name: string; type: string }[]> {
    const { rows } = await this.#client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [qualified({ schema, table })],
    );
    return rows;
  }
}

async function once(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
