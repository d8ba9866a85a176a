import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** The columns of the access log, as DuckDB's types; everything else reads them as they stand. */
export const COLUMNS: Readonly<Record<string, 'VARCHAR' | 'INTEGER'>> = {
  request_id: 'VARCHAR',
  received: 'VARCHAR',
  host: 'VARCHAR',
  method: 'VARCHAR',
  uri: 'VARCHAR',
  status: 'INTEGER',
  bytes: 'INTEGER',
  duration: 'VARCHAR',
  referer: 'VARCHAR',
  agent: 'VARCHAR',
  region: 'VARCHAR',
  bucket: 'VARCHAR',
  owner: 'VARCHAR',
  ip: 'VARCHAR',
  port: 'INTEGER',
  tls: 'VARCHAR',
  cipher: 'VARCHAR',
  cache: 'VARCHAR',
  edge: 'VARCHAR',
  query: 'VARCHAR',
  cookie: 'VARCHAR',
  trace: 'VARCHAR',
  note: 'VARCHAR',
};
const NAMES = Object.keys(COLUMNS);

const CSV_ROWS = 1_300_000;
/** A JSON line repeats the names: fewer of them make as many bytes. */
const JSON_ROWS = 680_000;

export const FILES = ['csv', 'csv.gz', 'jsonl', 'jsonl.gz'] as const;
export type FileKind = (typeof FILES)[number];

export interface DataFile {
  readonly path: string;
  /** Of the text, uncompressed. */
  readonly bytes: number;
}

/** The benchmark's input, made where it is not there yet. `scale` 1 is 390 MB each. */
export async function dataFiles(scale: number): Promise<Readonly<Record<FileKind, DataFile>>> {
  const folder = join(tmpdir(), 'sluice-bench-select');
  await mkdir(folder, { recursive: true });
  const csvRows = Math.round(CSV_ROWS * scale);
  const jsonRows = Math.round(JSON_ROWS * scale);
  const csv = join(folder, `access-${csvRows}.csv`);
  const jsonl = join(folder, `access-${jsonRows}.jsonl`);
  await made(csv, () => blocks(csvRows, csvLine, `${NAMES.join(',')}\n`));
  await made(jsonl, () => blocks(jsonRows, jsonLine, ''));
  for (const path of [csv, jsonl]) await compressed(path);
  const sized = async (path: string) => (await stat(path)).size;
  const [csvBytes, jsonBytes] = [await sized(csv), await sized(jsonl)];
  return {
    csv: { path: csv, bytes: csvBytes },
    'csv.gz': { path: `${csv}.gz`, bytes: csvBytes },
    jsonl: { path: jsonl, bytes: jsonBytes },
    'jsonl.gz': { path: `${jsonl}.gz`, bytes: jsonBytes },
  };
}

/** A file that is there is whole: it gets its name when it is finished. */
async function made(path: string, content: () => Iterable<Buffer>): Promise<void> {
  if (existsSync(path)) return;
  console.error(`making ${path}`);
  await pipeline(Readable.from(content()), createWriteStream(`${path}.part`));
  await rename(`${path}.part`, path);
}

async function compressed(path: string): Promise<void> {
  if (existsSync(`${path}.gz`)) return;
  console.error(`making ${path}.gz`);
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz.part`));
  await rename(`${path}.gz.part`, `${path}.gz`);
}

type Row = readonly (string | number)[];

function* blocks(rows: number, line: (row: Row) => string, head: string): Generator<Buffer> {
  const next = numbers(42);
  let text = head;
  for (let i = 0; i < rows; i++) {
    text += line(accessRow(next, i));
    if (text.length < 1 << 20) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  yield Buffer.from(text, 'latin1');
}

/** A repeatable stream of numbers: the same data on each machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** One request in ten fails, one in two is for the API: 5 % are both. */
function accessRow(next: (below: number) => number, i: number): Row {
  const failed = next(10) === 0;
  const api = next(2) === 0;
  return [
    `req-${next(1e9).toString(36)}-${i}`,
    `2026-11-${two(1 + next(30))}T${two(next(24))}:${two(next(60))}:${two(next(60))}Z`,
    'www.example.com',
    next(2) === 0 ? 'GET' : 'POST',
    api ? `/api/v${next(9)}/orders/${next(1e9)}` : `/static/images/${next(1e9)}.png`,
    failed ? 500 + next(5) : 200 + next(5),
    next(1e6),
    `${next(1000)}.${next(1000)}`,
    `https://www.example.com/page?x=${next(100)}`,
    next(7) === 0 ? 'Mozilla/5.0 (X11, Linux x86_64)' : 'curl/8.0.1',
    'eu-central-1',
    'my-logs',
    `owner-${next(100)}`,
    `10.${next(256)}.${next(256)}.${next(256)}`,
    next(65536),
    'TLSv1.3',
    'ECDHE-RSA-AES128-GCM-SHA256',
    next(2) === 0 ? 'Hit' : 'Miss',
    `FRA${next(60)}-C${next(4)}`,
    `q=${next(1e6)}&page=${next(13)}`,
    '-',
    `1-${next(2 ** 31).toString(16)}-${next(2 ** 31).toString(16)}`,
    next(20) === 0 ? 'slow upstream' : '-',
  ];
}

function csvLine(row: Row): string {
  return `${row.map((field) => (String(field).includes(',') ? `"${field}"` : field)).join(',')}\n`;
}

function jsonLine(row: Row): string {
  return `${JSON.stringify(Object.fromEntries(row.map((value, i) => [NAMES[i], value])))}\n`;
}
