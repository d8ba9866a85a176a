import { compress, uncompress } from 'snappyjs';

/**
 * Snappy as Kafka's clients write it: the frames of xerial's snappy-java, a header and blocks with their length. Readers
 * also meet a bare block, from clients that know no frames.
 */
const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1]);
const MAGIC = 8;
const BLOCK = 32 * 1024;

export function compressSnappy(input: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let from = 0; from < input.length; from += BLOCK) {
    const block = compress(input.subarray(from, from + BLOCK));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

export function decompressSnappy(input: Buffer): Buffer {
  if (!input.subarray(0, MAGIC).equals(HEADER.subarray(0, MAGIC))) return uncompress(input);
  const parts: Buffer[] = [];
  for (let at = HEADER.length; at < input.length; ) {
    const length = input.readInt32BE(at);
    at += 4;
    parts.push(uncompress(input.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat(parts);
}
