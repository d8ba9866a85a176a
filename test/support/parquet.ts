import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { RandomAccess } from '../../lib/object/contract.ts';
import { bufferAccess } from '../../lib/object/random-access.ts';

/** The result of a query as DuckDB writes it to a file: `(FORMAT parquet, …)`, or `(FORMAT json)` for JSON lines. */
export async function copied(sql: string, options = 'FORMAT parquet'): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const file = join(folder, 'rows');
    await connection.run(`COPY (${sql}) TO '${file}' (${options})`);
    return await readFile(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** Bytes in memory, and which of them were asked for. */
export function watched(bytes: Uint8Array): RandomAccess & { readonly reads: (readonly [from: number, to: number])[] } {
  const reads: [number, number][] = [];
  const { size, read } = bufferAccess(bytes);
  return {
    size,
    reads,
    read: (from, to) => {
      reads.push([from, to]);
      return read(from, to);
    },
  };
}
