/**
 * Stands in for taosadapter and the server behind it: POST /rest/sql[/db] with the statements that the sink writes, and
 * answers as a server of version 3.3.6.6 was seen to give them. `exchanges.json` holds it to that.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type Answer, bodyOf, Refusal } from './answer.ts';
import { Catalog } from './catalog.ts';
import { alter, create, drop } from './definition.ts';
import { insert } from './insert.ts';
import { describeTable, select, show } from './query.ts';
import { Scanner } from './scanner.ts';

const LONGEST = 1_048_576;

export interface Account {
  readonly password: string;
  readonly rights: 'all' | 'read' | 'none';
}

/** What befalls a statement on its way. `lost`: it is carried out, and the answer does not arrive. */
export type Mishap = 'lost' | 'refused' | { readonly status?: number; readonly code: number; readonly desc: string };

export interface StandInOptions {
  readonly version?: string;
  readonly accounts?: Readonly<Record<string, Account>>;
  /** Tokens that sign in as root, as TDengine Cloud has it. */
  readonly tokens?: readonly string[];
  readonly tls?: ServerOptions;
  /** Asked before each statement. */
  readonly mishap?: (sql: string) => Mishap | undefined | Promise<Mishap | undefined>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

export interface StandIn {
  readonly url: string;
  /** What was asked, in order: for tests that say what must not be sent. */
  readonly requests: readonly { readonly path: string; readonly sql: string; readonly bytes: number }[];
  close(): Promise<void>;
}

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { accounts = { root: { password: 'taosdata', rights: 'all' } }, tokens = [], mishap, tls } = options;
  const { version = '3.3.6.6', clock = Date.now } = options;
  const catalog = new Catalog();
  const requests: { path: string; sql: string; bytes: number }[] = [];

  async function respond(request: IncomingMessage): Promise<{ status: number; body: string } | undefined> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const sent = await bodyBytes(request);
    const sql = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent).toString();
    requests.push({ path: url.pathname, sql, bytes: sent.length });
    const fate = await mishap?.(sql);
    if (fate === 'refused') return undefined;
    if (typeof fate === 'object') return { status: fate.status ?? 200, body: failureBody(fate.code, fate.desc) };
    const answer = answerTo(sql, url, request.headers.authorization);
    return fate === 'lost' ? undefined : answer;
  }

  function answerTo(sql: string, url: URL, authorization: string | undefined) {
    const token = url.searchParams.get('token');
    if (token === null && authorization === undefined) {
      return { status: 401, body: failureBody(4357, 'no auth info input') };
    }
    if (token !== null && !tokens.includes(token)) return { status: 401, body: failureBody(4357, 'invalid token') };
    try {
      const user = token === null ? signIn(authorization ?? '') : 'root';
      const rights = accounts[user]?.rights ?? 'all';
      const database = decodeURIComponent(url.pathname.replace(/^\/rest\/sql\/?/, ''));
      return { status: 200, body: bodyOf(execute(sql, database === '' ? undefined : database, { user, rights })) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: 200, body: failureBody(error.code, error.message) };
    }
  }

  function signIn(authorization: string): string {
    const [user = '', password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const account = accounts[user];
    if (account === undefined) throw new Refusal(849, 'Invalid user');
    if (account.password !== password) throw new Refusal(855, 'Authentication failure');
    return user;
  }

  function execute(sql: string, used: string | undefined, { user, rights }: { user: string; rights: string }): Answer {
    if (Buffer.byteLength(sql) > LONGEST) throw new Refusal(537, 'SQL statement too long');
    const scanner = new Scanner(sql);
    const verb = scanner.next();
    const reads = ['select', 'describe', 'show'].includes(verb.text);
    if (rights !== 'all' && !(reads && rights === 'read')) throw new Refusal(9796, 'Permission denied');
    if (verb.text === 'select') return select(scanner, catalog, used, { version, user, rights });
    if (verb.text === 'insert') return insert(scanner, catalog, used, clock());
    if (verb.text === 'create') return create(scanner, catalog, used, clock());
    if (verb.text === 'alter') return alter(scanner, catalog, used, clock());
    if (verb.text === 'drop') return drop(scanner, catalog, used);
    if (verb.text === 'describe') return describeTable(scanner, catalog, used);
    if (verb.text === 'show') return show(scanner, catalog, used);
    throw scanner.error(verb);
  }

  const handle = (request: IncomingMessage, response: import('node:http').ServerResponse) => {
    respond(request).then(
      (answer) => {
        if (answer === undefined) request.socket.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };
  const server: Server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const failureBody = (code: number, desc: string) => JSON.stringify({ code, desc });

async function bodyBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
