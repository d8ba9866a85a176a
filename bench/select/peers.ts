import { createReadStream, openSync, writeSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { selectObjectContent } from '../../lib/select/index.ts';
import { type Case, type Peer, SELECTED, type Wanted } from './cases.ts';
import { COLUMNS } from './data.ts';

/** What a peer is given. It writes rows to `out`, a line each, in the input's own format. */
export interface Job {
  readonly peer: Peer;
  readonly sql: Case['sql'];
  readonly wanted: Wanted;
  readonly format: 'csv' | 'jsonl';
  readonly gzip: boolean;
  readonly path: string;
  readonly out: string;
}

/** How each peer is set, for whoever reads the ratios. */
export const SETTINGS: Readonly<Record<Peer, string>> = {
  sluice: "selectObjectContent over the file's stream, as S3 Select's request says it; FileHeaderInfo USE",
  'csv-parse': 'its stream, records as arrays (no `columns`), `readable` and read(); the filter and the output by hand',
  'json-parse': "the file's stream cut into lines, JSON.parse for each, JSON.stringify of the selected members",
  duckdb:
    'threads=1, preserve_insertion_order=false, COPY (SELECT …) TO a file; read_csv and read_json with auto_detect=false and all column types given',
};

type Run = () => Promise<void>;

/** Each gets ready, which is not measured, and gives what is. */
export const RUNS: Readonly<Record<Peer, (job: Job) => Promise<Run>>> = {
  sluice: async (job) => () => runSluice(job),
  'csv-parse': async (job) => () => runCsvParse(job),
  'json-parse': async (job) => () => runJsonParse(job),
  duckdb: openDuckDb,
};

const CHUNK = { highWaterMark: 1 << 20 };
/** Peers that make strings hand them over so many characters at a time. */
const FLUSH = 1 << 18;

async function runSluice({ sql, format, gzip, path, out }: Job): Promise<void> {
  const file = openSync(out, 'w');
  const rows = selectObjectContent(createReadStream(path, CHUNK), {
    Expression: `SELECT ${sql.list} FROM S3Object s WHERE ${sql.where}`,
    ExpressionType: 'SQL',
    InputSerialization: {
      CompressionType: gzip ? 'GZIP' : 'NONE',
      ...(format === 'csv'
        ? { CSV: { FileHeaderInfo: 'USE', AllowQuotedRecordDelimiter: true } }
        : { JSON: { Type: 'LINES' } }),
    },
    OutputSerialization: format === 'csv' ? { CSV: {} } : { JSON: {} },
  });
  for await (const chunk of rows) writeSync(file, chunk);
}

function inputOf({ path, gzip }: Job): NodeJS.ReadableStream {
  const file = createReadStream(path, CHUNK);
  return gzip ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file;
}

async function runCsvParse(job: Job): Promise<void> {
  const { status, uri } = job.wanted;
  const file = openSync(job.out, 'w');
  const names = Object.keys(COLUMNS);
  const places = SELECTED.map((name) => names.indexOf(name));
  const [statusAt, uriAt] = [names.indexOf('status'), names.indexOf('uri')];
  const parser = inputOf(job).pipe(parse({ from_line: 2 }));
  let text = '';
  const read = () => {
    for (let row: readonly string[] | null = parser.read(); row !== null; row = parser.read()) {
      if (!(Number(row[statusAt]) >= status && row[uriAt]!.startsWith(uri))) continue;
      for (let i = 0; i < places.length; i++) text += (i === 0 ? '' : ',') + quoted(row[places[i]!]!);
      text += '\n';
      if (text.length < FLUSH) continue;
      writeSync(file, text);
      text = '';
    }
  };
  await new Promise((resolve, reject) => {
    parser.on('readable', read).once('end', resolve).once('error', reject);
  });
  writeSync(file, text);
}

function quoted(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

type Line = Readonly<Record<(typeof SELECTED)[number], string | number>>;

async function runJsonParse(job: Job): Promise<void> {
  const { status, uri } = job.wanted;
  const file = openSync(job.out, 'w');
  let text = '';
  let rest = '';
  const take = (line: string) => {
    const row = JSON.parse(line) as Line;
    if (!(Number(row.status) >= status && String(row.uri).startsWith(uri))) return;
    const { request_id, received, method, bytes } = row;
    text += `${JSON.stringify({ request_id, received, method, uri: row.uri, status: row.status, bytes })}\n`;
  };
  const input = inputOf(job);
  input.setEncoding('utf8');
  for await (const chunk of input) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (text.length < FLUSH) continue;
    writeSync(file, text);
    text = '';
  }
  if (rest !== '') take(rest);
  writeSync(file, text);
}

async function openDuckDb({ sql, format, gzip, path, out }: Job): Promise<Run> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await database.connect();
  await connection.run('SET preserve_insertion_order = false');
  const columns = Object.entries(COLUMNS).map(([name, type]) => `'${name}': '${type}'`);
  const from =
    format === 'csv'
      ? `read_csv('${path}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', compression = '${gzip ? 'gzip' : 'none'}', columns = {${columns}})`
      : `read_json('${path}', auto_detect = false, format = 'newline_delimited', compression = '${gzip ? 'gzip' : 'uncompressed'}', columns = {${columns}})`;
  const to = format === 'csv' ? '(FORMAT csv, HEADER false)' : '(FORMAT json)';
  return async () => {
    await connection.run(`COPY (SELECT ${sql.list} FROM ${from} s WHERE ${sql.where}) TO '${out}' ${to}`);
  };
}
