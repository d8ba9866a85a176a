import type { Connection, Submittable } from 'pg';

/** A COPY, and its rows as the messages that bring them: `statement/copy-text.ts` makes both. */
export interface Copy {
  readonly sql: string;
  readonly messages: Buffer;
}

/** What the server refused, and how many statements of the query it had done before: all are undone. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  readonly done: number;

  constructor(done: number, cause: unknown) {
    super('the server refused a COPY, or what stands before it', { cause });
    this.done = done;
  }
}

/**
 * Statements and the rows of their COPYs as one query of the simple protocol, which the server runs as one transaction. The
 * rows are sent without waiting to be asked for them: a server that refuses a statement passes over rows that come then.
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

  /** @param before statements that return nothing of interest; none of them a COPY */
  constructor(before: readonly string[], copies: readonly Copy[]) {
    this.#sql = [...before, ...copies.map(({ sql }) => sql)].join(';\n');
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
