import type { RecordFailure } from '../../lib/failure/index.ts';
import type { ResumePoint, RowBatch } from '../../lib/select/batch.ts';
import type { PrepareOptions } from '../../lib/select/contract.ts';
import { prepare } from '../../lib/select/index.ts';
import { texts } from './rows.ts';

export const CSV: PrepareOptions = { input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' } };
export const JSONL: PrepareOptions = { input: { kind: 'jsonl' }, output: { kind: 'json' } };

/** All that a query gives for a body, batches joined. */
export interface Selected {
  readonly rows: string[];
  readonly keys: (string | null)[];
  readonly offsets: number[];
  readonly failures: RecordFailure[];
  readonly batches: RowBatch[];
}

export function pieces(text: string | Uint8Array, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, i * size + size));
}

export async function selectAll(
  sql: string,
  options: PrepareOptions,
  body: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  resume?: ResumePoint,
): Promise<Selected> {
  const all: Selected = { rows: [], keys: [], offsets: [], failures: [], batches: [] };
  const chunks = typeof body === 'string' || body instanceof Uint8Array ? pieces(body, 1 << 16) : body;
  for await (const batch of prepare(sql, options).run(chunks, resume)) {
    all.batches.push(batch);
    all.rows.push(...texts(batch.values, 0, batch.count));
    all.offsets.push(...batch.offsets.subarray(0, batch.count));
    all.failures.push(...batch.failures);
    const { keys, keyNulls } = batch;
    if (keys !== undefined)
      all.keys.push(...texts(keys, 0, batch.count).map((key, i) => (keyNulls![i] === 1 ? null : key)));
  }
  return all;
}
