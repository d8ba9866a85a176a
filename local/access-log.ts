/**
 * A made-up access log: the same rows for the same seed, on every machine. 23 columns, about 300 bytes a row; user agents
 * hold commas and some paths quotes, so that quoting matters. About one request in twelve ends with status 500 or above.
 */

export const COLUMNS = [
  'time',
  'request_id',
  'client_ip',
  'client_port',
  'method',
  'scheme',
  'host',
  'uri',
  'query',
  'protocol',
  'status',
  'bytes_in',
  'bytes_out',
  'duration_ms',
  'upstream',
  'upstream_ms',
  'cache',
  'tls',
  'country',
  'user_agent',
  'referer',
  'tenant',
  'trace',
] as const;

const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = [200, 200, 200, 200, 200, 201, 204, 301, 304, 404, 429, 500, 502, 503];
/** One in so many rows takes its status from the whole list; the others succeed. Gives 8 % of 5xx. */
const TROUBLED = 2.7;
const SERVICES = ['orders', 'users', 'search', 'payments', 'stock', 'reports'];
const AGENTS = [
  '"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"',
  '"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"',
  'curl/8.5.0',
  'okhttp/4.12.0',
];
const COUNTRIES = ['DE', 'FR', 'CN', 'US', 'BR', 'JP', 'IN'];

/** Mulberry32: 32 bits of state are enough for test data, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The log's lines with their newline, the header first. */
export function* accessLog(rows: number, seed = 1): Generator<string> {
  yield `${COLUMNS.join(',')}\n`;
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const hex = (digits: number) =>
    Math.floor(next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  let time = Date.UTC(2026, 10, 20);
  for (let row = 0; row < rows; row++) {
    time += below(40);
    const status = below(270) < 270 / TROUBLED ? pick(STATUSES) : 200;
    const service = pick(SERVICES);
    const uri = below(50) === 0 ? `"/api/${service}/""quoted""/${below(1e6)}"` : `/api/${service}/${below(1e6)}`;
    const duration = below(900) + 3;
    yield `${new Date(time).toISOString()},${hex(8)}-${hex(8)}-${row},10.${below(256)}.${below(256)}.${below(256)},` +
      `${1024 + below(60_000)},${pick(METHODS)},https,shop.example.com,${uri},page=${below(40)}&size=50,HTTP/2.0,${status},` +
      `${below(2000)},${below(60_000)},${duration},10.1.${below(8)}.${below(200)}:8080,${Math.max(1, duration - 2)},` +
      `${pick(['HIT', 'MISS', 'BYPASS'])},TLSv1.3,${pick(COUNTRIES)},${pick(AGENTS)},https://shop.example.com/${service},` +
      `tenant-${below(500)},${hex(8)}${hex(8)}\n`;
  }
}

/** The log as bytes in chunks of about `size`, for streams of any length. */
export function* accessLogBytes(rows: number, seed = 1, size = 256 * 1024): Generator<Buffer> {
  let lines: string[] = [];
  let length = 0;
  for (const line of accessLog(rows, seed)) {
    lines.push(line);
    length += line.length;
    if (length < size) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    length = 0;
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}
