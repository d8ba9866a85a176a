/**
 * The server that the TDengine tests run against: the one in TDENGINE_URL (signed in as TDENGINE_USER with
 * TDENGINE_PASSWORD; root's defaults), else a stand-in of the test file's own. The tests are the same.
 */
import { randomBytes } from 'node:crypto';
import { type StandIn, type StandInOptions, startStandIn } from './server.ts';

export interface Reply {
  readonly status: number;
  readonly code: number;
  readonly desc?: string;
  readonly column_meta?: readonly (readonly [string, string, number])[];
  /** Integers beyond 2^53 as their text. */
  readonly data?: readonly (readonly unknown[])[];
}

export interface Session {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Undefined on a real server. */
  readonly standIn: StandIn | undefined;
  /** Sends a statement as it is; an error of the server is a reply. */
  ask(sql: string, database?: string, authorization?: string | null): Promise<Reply>;
  /** The rows that a statement gives. Throws what the server refuses. */
  rows(sql: string, database?: string): Promise<readonly (readonly unknown[])[]>;
  /** A database name that no other test has; dropped at the end. */
  database(): string;
  close(): Promise<void>;
}

/** @param mishaps what befalls statements; no real server can be asked for it, so such a session is always a stand-in */
export async function openSession(mishaps?: StandInOptions): Promise<Session> {
  const given = mishaps === undefined ? process.env['TDENGINE_URL'] : undefined;
  const standIn = given === undefined ? await startStandIn(mishaps) : undefined;
  const url = (given ?? standIn?.url ?? '').replace(/\/$/, '');
  const username = given === undefined ? 'root' : (process.env['TDENGINE_USER'] ?? 'root');
  const password = given === undefined ? 'taosdata' : (process.env['TDENGINE_PASSWORD'] ?? 'taosdata');
  const databases: string[] = [];

  const session: Session = {
    url,
    username,
    password,
    standIn,
    async ask(sql, database, authorization = basic(username, password)) {
      const response = await fetch(`${url}/rest/sql${database === undefined ? '' : `/${database}`}`, {
        method: 'POST',
        body: sql,
        headers: authorization === null ? {} : { authorization },
      });
      const text = (await response.text()).replace(/([[,])(-?\d{16,})(?=[\],])/g, '$1"$2"');
      return { status: response.status, ...(JSON.parse(text) as Omit<Reply, 'status'>) };
    },
    async rows(sql, database) {
      const { code, desc, data = [] } = await session.ask(sql, database);
      if (code !== 0) throw new Error(`${desc} (${code}): ${sql.slice(0, 200)}`);
      return data;
    },
    database() {
      const name = `sluice_${randomBytes(5).toString('hex')}`;
      databases.push(name);
      return name;
    },
    async close() {
      if (standIn !== undefined) return standIn.close();
      for (const name of databases) await session.ask(`drop database if exists \`${name}\``);
    },
  };
  return session;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
