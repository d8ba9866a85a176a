import { Client, type ClientConfig, type QueryResult, type QueryResultRow } from 'pg';
import { CopyQuery, type CopyStatements } from './copy-query.ts';
import type { PostgresEndpoint } from './endpoint.ts';
import { postgresFailure, sqlStateOf } from './failure.ts';
import type { PostgresPlace } from './finding.ts';
import type { Statement } from './statement/parameters.ts';

/** What may be sent while the connection is one's own. Failures are those of `pg`, as they came. */
export interface Session {
  query<R extends QueryResultRow = QueryResultRow>(statement: Statement | string): Promise<QueryResult<R>>;
  /**
   * COPYs with their rows, and statements before and behind them, all in one message.
   *
   * @returns how many rows the server took. Throws CopyRefused.
   */
  copy(statements: CopyStatements): Promise<number>;
}

export interface ConnectionOptions {
  readonly endpoint: PostgresEndpoint;
  readonly table: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly connectTimeoutMs?: number;
  /** After which a statement counts as lost, and its connection too. */
  readonly statementTimeoutMs?: number;
}

const CONNECT_TIMEOUT = 10_000;
const STATEMENT_TIMEOUT = 120_000;

/**
 * One connection, made when it is first needed and again after it was lost. Work is done one after another: nothing of
 * one transaction gets into another. No state is left in the session, so that a pooler may stand in between.
 */
export class PostgresConnection {
  readonly place: PostgresPlace;
  readonly #options: ConnectionOptions;
  #client: Client | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.place = { ...options.endpoint, table: options.table };
  }

  /** Throws what `work` throws; errors of `pg` as SluiceErrors of stage `sink`. */
  run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#run(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  async #run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      this.#client ??= await this.#connect();
      return await work(sessionOf(this.#client));
    } catch (error) {
      const failure = postgresFailure(error, this.place);
      // What the server did not answer may still be under way, and what is open there would be met by the next one.
      if (failure.retryable || !isStatementError(error)) this.#drop();
      throw failure;
    }
  }

  async #connect(): Promise<Client> {
    const client = new Client(clientConfig(this.#options));
    // A connection that breaks while it is idle is told here, and to the next call.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }
}

/** Whether the server refused a statement and the session goes on. */
function isStatementError(error: unknown): boolean {
  return sqlStateOf(error) !== undefined || !(error instanceof Error) || error.name !== 'Error';
}

function sessionOf(client: Client): Session {
  return {
    query<R extends QueryResultRow>(statement: Statement | string) {
      if (typeof statement === 'string') return client.query<R>(statement);
      return client.query<R>({ text: statement.text, values: [...statement.values] });
    },
    copy(statements) {
      return client.query(new CopyQuery(statements)).rows;
    },
  };
}

function clientConfig({
  endpoint,
  applicationName,
  connectTimeoutMs = CONNECT_TIMEOUT,
  statementTimeoutMs = STATEMENT_TIMEOUT,
}: ConnectionOptions): ClientConfig {
  const { host, port, database, username, password, tls } = endpoint;
  return {
    host,
    port,
    database,
    user: username,
    password,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    // Kept by the client: poolers refuse, or pin a session for, what would have to be set at the server.
    query_timeout: statementTimeoutMs,
    keepAlive: true,
    ssl:
      tls === undefined
        ? false
        : {
            rejectUnauthorized: tls.verify,
            ...(tls.ca !== undefined && { ca: tls.ca }),
            ...(tls.client !== undefined && {
              cert: tls.client.certificate,
              key: tls.client.privateKey,
              ...(tls.client.password !== undefined && { passphrase: tls.client.password }),
            }),
          },
  };
}
