import type { z } from 'zod';
import type { Change, Message, MessageHeader, Put, Remove } from '../../../lib/message/contract.ts';
import { type PostgresSinkRule, postgresSinkSchema } from '../../../lib/rule/schema/postgres-sink.ts';
import type { Value } from '../../../lib/select/values/value.ts';
import { Struct } from '../../../lib/select/values/value.ts';
import type { Slice } from '../../../lib/sink/contract.ts';
import { PostgresConnection } from '../../../lib/sink/postgres/connection.ts';
import type { PostgresEndpoint } from '../../../lib/sink/postgres/endpoint.ts';
import { namesOf } from '../../../lib/sink/postgres/opened.ts';
import { PostgresTarget } from '../../../lib/sink/postgres/target.ts';

export type RuleFields = Partial<Omit<z.input<typeof postgresSinkSchema>, 'kind' | 'name' | 'source'>>;

export function endpointOf(url: string): PostgresEndpoint {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    username: decodeURIComponent(username),
    password: async () => decodeURIComponent(password),
    passwordFrom: 'secret',
  };
}

export function ruleOf(schema: string, fields: RuleFields = {}, table = 't'): PostgresSinkRule {
  return postgresSinkSchema.parse({
    kind: 'postgres-sink',
    name: 'test',
    source: { connection: 'main', topics: ['t'] },
    ...fields,
    target: { connection: 'db', table, ...fields.target, schema },
  });
}

/** A schema of one test's own, and targets that write into it. */
export class ScratchSchema {
  readonly name = `sluice_test_${Math.random().toString(36).slice(2)}`;
  readonly endpoint: PostgresEndpoint;
  readonly #connection: PostgresConnection;
  readonly #targets: PostgresTarget[] = [];

  constructor(url: string) {
    this.endpoint = endpointOf(url);
    this.#connection = new PostgresConnection({
      endpoint: this.endpoint,
      table: '',
      applicationName: 'sluice test',
    });
  }

  async create(...tables: readonly string[]): Promise<void> {
    await this.sql(`CREATE SCHEMA ${this.name}`);
    for (const table of tables) await this.sql(table);
  }

  /** `%` stands for the schema. */
  async sql<R extends Record<string, unknown> = Record<string, unknown>>(text: string): Promise<R[]> {
    const { rows } = await this.#connection.run((session) => session.query<R>(text.replaceAll('%', this.name)));
    return rows;
  }

  /** Every row as text, in order. */
  async rows(table = 't'): Promise<string[]> {
    const rows = await this.sql<{ row: string }>(`SELECT to_json(t)::text AS row FROM %.${table} t ORDER BY t::text`);
    return rows.map(({ row }) => row);
  }

  target(fields: RuleFields = {}, table = 't'): PostgresTarget {
    const rule = ruleOf(this.name, fields, table);
    const target = new PostgresTarget({
      rule,
      names: namesOf(rule, 'test'),
      clock: Date.now,
      connection: new PostgresConnection({
        endpoint: this.endpoint,
        table: `"${this.name}"."${table}"`,
        applicationName: 'sluice test',
      }),
    });
    this.#targets.push(target);
    return target;
  }

  async drop(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.close()));
    await this.sql('DROP SCHEMA IF EXISTS % CASCADE');
    await this.#connection.close();
  }
}

export type Fields = Readonly<Record<string, Value>>;

export const structOf = (fields: Fields): Struct => new Struct(Object.keys(fields), Object.values(fields));

export function messageAt(offset: number, headers: readonly MessageHeader[] = [], timestamp = 1_000 + offset): Message {
  return { topic: 't', partition: 0, offset, timestamp, key: null, value: null, headers };
}

export function put(offset: number, fields: Fields, rest: Partial<Put> & { readonly message?: Message } = {}): Change {
  return { kind: 'put', row: structOf(fields), unchanged: [], index: 0, message: messageAt(offset), ...rest };
}

export function remove(offset: number, key: Fields, rest: Partial<Remove> = {}): Change {
  return { kind: 'remove', key: structOf(key), index: 0, message: messageAt(offset), ...rest };
}

export function truncate(offset: number, order?: readonly bigint[]): Change {
  return { kind: 'truncate', index: 0, message: messageAt(offset), ...(order !== undefined && { order }) };
}

/** All changes, from the first one's offset up to and including the last one's. */
export function sliceOf(changes: readonly Change[], partition = 0): Slice {
  const offsets = changes.map(({ message }) => message.offset);
  return {
    topic: 't',
    partition,
    from: offsets[0] ?? 0,
    to: (offsets.at(-1) ?? 0) + 1,
    changes,
    latest: Math.max(...changes.map(({ message }) => message.timestamp)),
  };
}
