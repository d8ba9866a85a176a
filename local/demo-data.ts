import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { accessLogBytes } from './access-log.ts';

/** Writes the access log to a file, gzipped. Returns the file's size in bytes. */
export async function writeAccessLog(file: string, rows: number, seed: number): Promise<number> {
  await pipeline(accessLogBytes(rows, seed), createGzip({ level: 6 }), createWriteStream(file));
  const handle = await open(file);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** What the rules should give for a file. Values are JSON: `{request_id, status, uri}`, and of rows `[id, status, service]`. */
export interface Expected {
  readonly rows: number;
  /** What the topic should hold. */
  readonly records: readonly string[];
  /** What the table should hold. */
  readonly tableRows: readonly string[];
  /** The ids of all records, those included that should not get into the table. */
  readonly ids: readonly string[];
}

/** Found without any of Sluice: another CSV parser, and both rules written as code. */
export async function expectedOf(file: string): Promise<Expected> {
  const records: string[] = [];
  const tableRows: string[] = [];
  const ids: string[] = [];
  let rows = 0;
  const handle = await open(file);
  const parsed = handle
    .createReadStream()
    .pipe(createGunzip())
    .pipe(parse({ columns: true }));
  for await (const record of parsed as AsyncIterable<Record<'request_id' | 'status' | 'uri', string>>) {
    rows++;
    const { request_id, uri } = record;
    const status = Number(record.status);
    if (status < 500) continue;
    records.push(JSON.stringify({ request_id, status, uri }));
    ids.push(request_id);
    if (status !== 503) tableRows.push(JSON.stringify([request_id, status, uri.split('/')[2] ?? null]));
  }
  return { rows, records, tableRows, ids };
}
