/**
 * TDengine's REST interface: POST /rest/sql[/database] with one statement as the body. HTTP 200 says only that the
 * statement reached the server; `code` in the body says what came of it.
 */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { TdengineEndpoint } from './endpoint.ts';
import { networkFailure } from './network-failure.ts';
import { httpFailure, serverFailure } from './server-failure.ts';

const compress = promisify(gzip);
/** Below this gzip costs more than it saves. */
const WORTH_COMPRESSING = 4096;
const ANSWER_MS = 60_000;

/** A statement shrinks to about a fifth: its output is one piece then, not a dozen. */
const GZIP = { level: 1, chunkSize: 256 * 1024 };

/** A cell as JSON has it; integers beyond 2^53 as their text. */
export type Cell = string | number | boolean | null;

export interface RestOptions {
  /** Statements under way at once. */
  readonly connections?: number;
  /** How long the server may be silent, in milliseconds. Default: a minute. */
  readonly timeoutMs?: number;
  /** Default: true. */
  readonly gzip?: boolean;
}

export interface RestClient {
  /** Resolves to the rows that the server answers; an INSERT answers how many it wrote. Throws SluiceError of stage `sink`. */
  query(statement: string | Uint8Array, database?: string): Promise<readonly (readonly Cell[])[]>;
  close(): void;
}

interface Body {
  readonly code: number;
  readonly desc?: string;
  readonly data?: readonly (readonly Cell[])[];
}

export function createRestClient(endpoint: TdengineEndpoint, options: RestOptions = {}): RestClient {
  const { connections = 8, timeoutMs = ANSWER_MS, gzip: zip = true } = options;
  const { origin, auth, tls } = endpoint;
  const secure = origin.startsWith('https:');
  const keep = { keepAlive: true, maxSockets: connections, timeout: timeoutMs };
  const agent = secure
    ? new https.Agent({
        ...keep,
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
        ...(tls.privateKey === undefined ? {} : { key: tls.privateKey }),
        ...(tls.privateKeyPassword === undefined ? {} : { passphrase: tls.privateKeyPassword }),
      })
    : new http.Agent(keep);
  const query = auth.kind === 'token' ? `?token=${encodeURIComponent(auth.token)}` : '';
  const authorization =
    auth.kind === 'basic'
      ? { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` }
      : {};

  function post(path: string, body: Uint8Array, zipped: boolean): Promise<{ response: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(`${origin}/rest/sql${path}${query}`, {
        method: 'POST',
        agent,
        timeout: timeoutMs,
        headers: { ...authorization, 'content-length': body.length, ...(zipped ? { 'content-encoding': 'gzip' } : {}) },
      });
      request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
      request.on('error', (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
      request.on('response', (response: IncomingMessage) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => resolve({ response, text: Buffer.concat(parts).toString() }));
      });
      request.end(body);
    });
  }

  async function send(path: string, body: Uint8Array, zipped: boolean): Promise<{ status: number; text: string }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { response, text } = await post(path, body, zipped);
        return { status: response.statusCode ?? 0, text };
      } catch (error) {
        // The server may let an idle connection go in the moment that it is used again.
        const { reused, code } = error as { reused?: boolean; code?: string };
        if (attempt === 1 && reused === true && code === 'ECONNRESET') continue;
        throw networkFailure(error, endpoint);
      }
    }
  }

  return {
    async query(statement, database) {
      const bytes = typeof statement === 'string' ? Buffer.from(statement) : statement;
      const zipped = zip && bytes.length >= WORTH_COMPRESSING;
      const body = zipped ? await compress(bytes, GZIP) : bytes;
      const path = database === undefined ? '' : `/${encodeURIComponent(database)}`;
      const { status, text } = await send(path, body, zipped);
      const answer = parsed(text);
      if (answer === undefined || status !== 200) throw httpFailure(status, answer?.code, endpoint);
      if (answer.code !== 0) throw serverFailure(answer.code, answer.desc ?? '', endpoint);
      return answer.data ?? [];
    },
    close: () => agent.destroy(),
  };
}

/** Undefined for what is not taosadapter's answer: a proxy's page, or nothing. */
function parsed(text: string): Body | undefined {
  try {
    const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
      token[0] === '"' ? token : `"${token}"`,
    );
    const body = JSON.parse(exact) as Partial<Body> | null;
    return typeof body?.code === 'number' ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}
