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

/**
 * What the rule should give for the file, found without any of Sluice: another CSV parser, and the query written as
 * code. Values as JSON, as the topic should hold them.
 */
export async function expectedValues(file: string): Promise<{ rows: number; values: string[] }> {
  const values: string[] = [];
  let rows = 0;
  const handle = await open(file);
  const records = handle
    .createReadStream()
    .pipe(createGunzip())
    .pipe(parse({ columns: true }));
  for await (const record of records as AsyncIterable<Record<'request_id' | 'status' | 'uri', string>>) {
    rows++;
    const { request_id, uri } = record;
    const status = Number(record.status);
    if (status >= 500) values.push(JSON.stringify({ request_id, status, uri }));
  }
  return { rows, values };
}
