import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with a request instead of answering it well. */
export type Trouble =
  /** Cuts the connection after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes of the body and then nothing more. */
  | { readonly kind: 'hang'; readonly after: number }
  /** Sends so many bytes at a time, with a pause of so many milliseconds between. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly pauseMs: number }
  /** Sends the whole object, whatever range was asked for. */
  | { readonly kind: 'no-range' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly headers?: Record<string, string>;
    };

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly from: number;
}

/** A store of one object that can be told to behave badly: over real connections, which it counts. */
export class S3Server {
  readonly requests: Request[] = [];
  /** How many there ever were. */
  connections = 0;
  etag = 'etag-1';
  lastModified = new Date('2026-11-20T08:05:12Z');
  trouble: (request: Request, index: number) => Trouble | undefined = () => undefined;
  #object: Uint8Array;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(object: Uint8Array) {
    this.#object = object;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Somebody puts another object in its place. */
  replace(object: Uint8Array, etag: string): void {
    this.#object = object;
    this.etag = etag;
    this.lastModified = new Date();
  }

  #answer(incoming: IncomingMessage, response: ServerResponse): void {
    const [, from = '0', to] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', from: Number(from) };
    const trouble = this.trouble(request, this.requests.length);
    this.requests.push(request);
    if (trouble?.kind === 'answer') {
      refuse(response, request, trouble);
      return;
    }
    if (incoming.headers['if-match'] !== undefined && incoming.headers['if-match'] !== `"${this.etag}"`) {
      refuse(response, request, { kind: 'answer', status: 412, code: 'PreconditionFailed' });
      return;
    }
    const size = this.#object.length;
    const ranged = to !== undefined && trouble?.kind !== 'no-range';
    const body = ranged ? this.#object.subarray(request.from, Number(to) + 1) : this.#object;
    response.writeHead(ranged ? 206 : 200, {
      ETag: `"${this.etag}"`,
      'Content-Length': body.length,
      'Last-Modified': this.lastModified.toUTCString(),
      ...(ranged ? { 'Content-Range': `bytes ${request.from}-${request.from + body.length - 1}/${size}` } : {}),
    });
    if (request.method === 'HEAD') response.end();
    else if (trouble?.kind === 'hang') response.write(body.subarray(0, trouble.after));
    else if (trouble?.kind === 'slow') void dribble(response, body, trouble);
    else if (trouble?.kind === 'cut') response.write(body.subarray(0, trouble.after), () => response.destroy());
    else response.end(body);
  }
}

async function dribble(
  response: ServerResponse,
  body: Uint8Array,
  { bytes, pauseMs }: Trouble & { kind: 'slow' },
): Promise<void> {
  for (let from = 0; from < body.length && !response.destroyed; from += bytes) {
    response.write(body.subarray(from, from + bytes));
    await sleep(pauseMs);
  }
  response.end();
}

function refuse(response: ServerResponse, request: Request, trouble: Trouble & { kind: 'answer' }): void {
  const { status, code = '', message = '', headers = {} } = trouble;
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml', ...headers });
  response.end(request.method === 'HEAD' || code === '' ? undefined : xml);
}
