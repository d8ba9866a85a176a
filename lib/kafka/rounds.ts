import type { Provenance, RecordBatch } from './contract.ts';
import { keyedPartition, objectSeed, stripedPartition } from './partition.ts';
import {
  DELTA_SLACK,
  type EncodedRecords,
  encodeRecords,
  type HeaderTemplate,
  keyLength,
  recordSize,
} from './record-batch.ts';

/** What one request carries: at most one batch for each partition. */
export type Round = readonly EncodedRecords[];

/**
 * Kafka takes one batch for each partition in a request: what is over `limit` bytes waits for the next one; a record over
 * it comes alone. Order within a partition is kept.
 *
 * @param allocate of the whole batch's bytes, once
 */
export function rounds(
  batch: RecordBatch,
  source: Provenance,
  partitions: number,
  headers: HeaderTemplate,
  limit: number,
  allocate: (size: number) => Buffer = Buffer.allocUnsafe,
): Round[] {
  const first = batch.first ?? 0;
  const sizes = new Uint32Array((batch.behind ?? batch.count) - first);
  for (let i = 0; i < sizes.length; i++) sizes[i] = recordSize(batch, first + i, headers) + DELTA_SLACK;
  const target = allocate(sizes.reduce((sum, size) => sum + size, 0));
  const result: EncodedRecords[][] = [];
  let at = 0;
  for (const [partition, rows] of rowsByPartition(batch, source, partitions)) {
    let round = 0;
    for (const { behind, from, size } of cuts(rows, (row) => sizes[row - first]!, limit)) {
      const room = target.subarray(at, at + size);
      result[round] ??= [];
      result[round++]!.push(encodeRecords(batch, rows.subarray(from, behind), partition, headers, room));
      at += size;
    }
  }
  return result;
}

/** Consecutive rows that together are within the limit. */
function* cuts(rows: Uint32Array, sizeOf: (row: number) => number, limit: number) {
  let from = 0;
  let size = 0;
  for (let i = 0; i < rows.length; i++) {
    const next = sizeOf(rows[i]!);
    if (i > from && size + next > limit) {
      yield { from, behind: i, size };
      from = i;
      size = 0;
    }
    size += next;
  }
  if (rows.length > from) yield { from, behind: rows.length, size };
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
