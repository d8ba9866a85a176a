import type { Provenance } from './contract.ts';

/**
 * Which partition a record goes to. With a key: where a Java client would put it (`murmur2`, as Kafka's own default
 * partitioner), so that other producers of the same keys agree with us.
 *
 * Without a key: a pure function of the object and the record's byte offset,
 *
 *     (murmur2(bucket NUL key NUL version) + floor(offset / STRIPE)) mod partitions
 *
 * so that a record that is sent again lands where it landed before, and whoever reads the partition can recognise it.
 * Records of one stripe stay together: they fill a batch, and keep their order. The object's hash spreads small objects,
 * which are all stripe 0, over the partitions.
 */
export const STRIPE = 256 * 1024;

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** Kafka's murmur2 of `bytes[from, to)`, as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const length = to - from;
  let hash = SEED ^ length;
  let at = from;
  for (; to - at >= 4; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const rest = to - at;
  if (rest > 0) {
    if (rest === 3) hash ^= bytes[at + 2]! << 16;
    if (rest >= 2) hash ^= bytes[at + 1]! << 8;
    hash = Math.imul(hash ^ bytes[at]!, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** The partition of the key `bytes[from, to)`. Java clears the sign bit rather than take the absolute value. */
export function keyedPartition(bytes: Uint8Array, from: number, to: number, partitions: number): number {
  return (murmur2(bytes, from, to) & 0x7fffffff) % partitions;
}

/** What an object contributes to the partitions of its records without key. */
export function objectSeed(source: Provenance): number {
  return murmur2(Buffer.from(`${source.bucket}\0${source.key}\0${source.version}`)) & 0x7fffffff;
}

export function stripedPartition(seed: number, offset: number, partitions: number): number {
  return (seed + Math.floor(offset / STRIPE)) % partitions;
}
