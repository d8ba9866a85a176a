import type { Provenance, RecordBatch } from './contract.ts';
import { keyedPartition, objectSeed, stripedPartition } from './partition.ts';
import { type EncodedRecords, encodeRecords, type HeaderTemplate, keyLength } from './record-batch.ts';

/** What one request carries: at most one batch for each partition. */
export type Round = readonly EncodedRecords[];

/** Kafka takes one batch for each partition in a request: what is over `limit` bytes waits for the next one. Order within a partition is kept. */
export function rounds(
  batch: RecordBatch,
  source: Provenance,
  partitions: number,
  headers: HeaderTemplate,
  limit: number,
): Round[] {
  const result: EncodedRecords[][] = [];
  for (const [partition, rows] of rowsByPartition(batch, source, partitions)) {
    let round = 0;
    for (const records of encodeRecords(batch, rows, partition, headers, limit)) {
      result[round] ??= [];
      result[round++]!.push(records);
    }
  }
  return result;
}

/** Row indexes of each partition that has any, in order. */
function rowsByPartition(batch: RecordBatch, source: Provenance, partitions: number): Map<number, Uint32Array> {
  const first = batch.first ?? 0;
  const behind = batch.behind ?? batch.count;
  const partitionOf = new Int32Array(behind - first);
  const counts = new Uint32Array(partitions);
  const seed = objectSeed(source);
  for (let row = first; row < behind; row++) {
    const partition = choose(batch, row, seed, partitions);
    partitionOf[row - first] = partition;
    counts[partition]!++;
  }
  const rows = new Map<number, Uint32Array>();
  for (let partition = 0; partition < partitions; partition++) {
    if (counts[partition]! > 0) rows.set(partition, new Uint32Array(counts[partition]!));
  }
  const filled = new Uint32Array(partitions);
  for (let row = first; row < behind; row++) {
    const partition = partitionOf[row - first]!;
    rows.get(partition)![filled[partition]!++] = row;
  }
  return rows;
}

function choose(batch: RecordBatch, row: number, seed: number, partitions: number): number {
  if (batch.keys === undefined || keyLength(batch, row) < 0) {
    return stripedPartition(seed, batch.offsets[row] ?? 0, partitions);
  }
  return keyedPartition(batch.keys.bytes, row === 0 ? 0 : batch.keys.ends[row - 1]!, batch.keys.ends[row]!, partitions);
}
