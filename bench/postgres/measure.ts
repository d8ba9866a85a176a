import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

export type Mode = 'insert' | 'upsert';

export interface Task {
  readonly mode: Mode;
  readonly topic: string;
  readonly table: string;
  readonly messages: number;
}

/** Often enough for a run of some seconds, and seldom enough not to be what the server is busy with. */
const LOOK_MS = 250;

/**
 * Rows a second, from the first rows that are there to the last: nobody's start counts against it. An upsert finds each
 * key there, with another customer.
 */
export async function rowsPerSecond(client: Client, { table, messages }: Task): Promise<number> {
  let began: { readonly at: number; readonly rows: number } | undefined;
  for (;;) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${table} WHERE customer LIKE 'customer-%'`,
    );
    const n = rows[0]?.n ?? 0;
    if (n > 0) began ??= { at: performance.now(), rows: n };
    if (began !== undefined && n >= messages) return ((n - began.rows) * 1000) / (performance.now() - began.at);
    await delay(LOOK_MS);
  }
}
