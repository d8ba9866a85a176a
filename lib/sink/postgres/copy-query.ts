import type { Connection, Submittable } from 'pg';

/** A COPY, and its rows as the messages that bring them: `statement/copy-text.ts` makes both. */
export interface Copy {
  readonly sql: string;
  readonly messages: Buffer;
}

export interface CopyStatements {
  /** Statements that return nothing of interest. */
  readonly before?: readonly string[];
  readonly copies: readonly Copy[];
  readonly behind?: readonly string[];
}

/** What the server refused, and how many statements of the query it had done before. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  readonly done: number;

  constructor(done: number, cause: unknown) {
    super('the server refused a COPY, or what stands before it', { cause });
    this.done = done;
  }
}

/**
 * Statements and the rows of their COPYs as one query of the simple protocol. The rows are sent without waiting to be asked
 * for them: a server that refuses a statement passes over the rest, and over rows that come then. A pooler needs to be told
 * of the transaction for that (BEGIN, and ROLLBACK once it failed), or rows would arrive when it has let go of the server.
 */
export class CopyQuery implements Submittable {
  /** Resolves to how many rows the server took. Rejects with CopyRefused, or with what became of the connection. */
  readonly rows: Promise<number>;
  /** The client puts its time-out around it. */
  callback: (error?: unknown) => void;
  readonly #sql: string;
  readonly #copies: readonly Copy[];
  #done = 0;
  #rows = 0;

  constructor({ before = [], copies, behind = [] }: CopyStatements) {
    this.#sql = [...before, ...copies.map(({ sql }) => sql), ...behind].join(';\n');
    this.#copies = copies;
    let settle: (error?: unknown) => void = () => undefined;
    this.rows = new Promise((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve(this.#rows) : reject(error));
    });
    this.callback = settle;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.query(this.#sql);
    for (const { messages } of this.#copies) stream.write(messages);
    stream.uncork();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#done++;
    if (text.startsWith('COPY ')) this.#rows += Number(text.slice(5));
  }

  handleReadyForQuery(): void {
    this.callback();
  }

  handleError(error: unknown): void {
    const refused = typeof error === 'object' && error !== null && 'severity' in error && error.severity !== undefined;
    this.callback(refused ? new CopyRefused(this.#done, error) : error);
  }

  // The client calls these as well.
  handleCopyInResponse(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
}
