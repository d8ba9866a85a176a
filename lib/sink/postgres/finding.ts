import type { PostgresEndpoint } from './endpoint.ts';

/** Where a call was going: what its failure names. */
export type PostgresPlace = Pick<
  PostgresEndpoint,
  'host' | 'port' | 'database' | 'username' | 'passwordFrom' | 'tls'
> & {
  /** `"schema"."table"` */
  readonly table?: string;
};

/** The fields that PostgreSQL's, Node's and the client's errors carry, as far as they have them. */
export interface ErrorTraits {
  readonly message: string;
  /** SQLSTATE, or Node's (`ECONNREFUSED`). */
  readonly code: string | undefined;
  /** `FATAL`, `ERROR`: only the server's errors have one. */
  readonly severity: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
  /** What the server was doing: of COPY the line, with values behind it. */
  readonly where: string | undefined;
}

/** What a failure says, before it becomes an error. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly retryable: boolean;
}

export function placeText({ host, port, database }: PostgresPlace): string {
  return `PostgreSQL at ${host}:${port} (database ${database})`;
}
