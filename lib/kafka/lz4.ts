/**
 * LZ4 frames as Kafka takes them: independent blocks of at most 64 KiB, no checksums (the record batch has its own).
 * Source: "LZ4 Frame Format Description" 1.6 and "LZ4 Block Format Description".
 */
const MAGIC = 0x184d2204;
/** Version 1 and independent blocks; 64 KiB; and the checksum of these two bytes, which never change. */
const DESCRIPTOR = [0x60, 0x40, 0x82] as const;
const BLOCK = 64 * 1024;
const STORED = 0x80000000;

const MIN_MATCH = 4;
/** The last match begins at least 12 bytes before the end of a block, and its last 5 bytes are literals. */
const MATCH_LIMIT = 12;
const LAST_LITERALS = 5;
const HASH_BITS = 14;
/** After so many failed looks the search takes longer steps. */
const SKIP_SHIFT = 6;

const table = new Int32Array(1 << HASH_BITS);

export function compressLz4(input: Buffer): Buffer {
  const blocks = Math.ceil(input.length / BLOCK);
  const target = Buffer.allocUnsafe(7 + blocks * (4 + worstCase(BLOCK)) + 4);
  let at = target.writeUInt32LE(MAGIC, 0);
  for (const byte of DESCRIPTOR) target[at++] = byte;
  for (let from = 0; from < input.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, input.length);
    const size = compressBlock(input, from, to, target, at + 4);
    if (size < to - from) {
      target.writeUInt32LE(size, at);
      at += 4 + size;
    } else {
      target.writeUInt32LE((STORED | (to - from)) >>> 0, at);
      at += 4 + input.copy(target, at + 4, from, to);
    }
  }
  at = target.writeUInt32LE(0, at);
  return target.subarray(0, at);
}

function worstCase(size: number): number {
  return size + Math.ceil(size / 255) + 16;
}

/** Writes one block and returns its size. */
function compressBlock(input: Buffer, from: number, to: number, target: Buffer, start: number): number {
  table.fill(-1);
  let at = start;
  let anchor = from;
  let next = from;
  let misses = 1 << SKIP_SHIFT;
  while (next <= to - MATCH_LIMIT) {
    const word = read32(input, next);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot]!;
    table[slot] = next;
    if (candidate < from || read32(input, candidate) !== word) {
      next += misses++ >> SKIP_SHIFT;
      continue;
    }
    misses = 1 << SKIP_SHIFT;
    let length = MIN_MATCH;
    while (next + length < to - LAST_LITERALS && input[candidate + length] === input[next + length]) length++;
    at = writeSequence(input, anchor, next, target, at, length - MIN_MATCH);
    const distance = next - candidate;
    target[at++] = distance & 0xff;
    target[at++] = distance >> 8;
    if (length - MIN_MATCH >= 15) at = writeLength(target, at, length - MIN_MATCH - 15);
    next += length;
    anchor = next;
  }
  return writeSequence(input, anchor, to, target, at, 0) - start;
}

function read32(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** A token with the literals that come before a match whose length beyond the least is `match`. */
function writeSequence(input: Buffer, from: number, to: number, target: Buffer, start: number, match: number): number {
  const literals = to - from;
  let at = start;
  target[at++] = (Math.min(literals, 15) << 4) | Math.min(match, 15);
  if (literals >= 15) at = writeLength(target, at, literals - 15);
  if (literals > 32) return at + input.copy(target, at, from, to);
  for (let i = from; i < to; i++) target[at++] = input[i]!;
  return at;
}

function writeLength(target: Buffer, start: number, length: number): number {
  let at = start;
  let rest = length;
  for (; rest >= 255; rest -= 255) target[at++] = 255;
  target[at++] = rest;
  return at;
}

/** Reads frames of any writer: linked blocks, block checksums and content sizes too. Checksums are not verified: the batch has its own. */
export function decompressLz4(frame: Buffer): Buffer {
  if (frame.readUInt32LE(0) !== MAGIC) throw new RangeError('no LZ4 frame');
  const flags = frame[4]!;
  let at = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1;
  let target = Buffer.allocUnsafe(Math.max(frame.length * 4, BLOCK));
  let length = 0;
  const largest = 1 << (8 + 2 * ((frame[5]! >> 4) & 7));
  for (;;) {
    const head = frame.readUInt32LE(at);
    at += 4;
    if (head === 0) return target.subarray(0, length);
    const size = head & 0x7fffffff;
    if (target.length - length < largest) {
      const grown = Buffer.allocUnsafe(target.length * 2 + largest);
      target.copy(grown, 0, 0, length);
      target = grown;
    }
    if (head >>> 31 === 1) length += frame.copy(target, length, at, at + size);
    else length = decompressBlock(frame, at, at + size, target, length);
    at += size + (flags & 0x10 ? 4 : 0);
  }
}

function decompressBlock(input: Buffer, from: number, to: number, target: Buffer, start: number): number {
  let next = from;
  let at = start;
  const readLength = (short: number): number => {
    if (short < 15) return short;
    let length = short;
    let byte: number;
    do {
      byte = input[next++]!;
      length += byte;
    } while (byte === 255);
    return length;
  };
  while (next < to) {
    const token = input[next++]!;
    const literals = readLength(token >> 4);
    input.copy(target, at, next, next + literals);
    at += literals;
    next += literals;
    if (next >= to) break;
    const distance = input[next]! | (input[next + 1]! << 8);
    next += 2;
    if (distance === 0 || distance > at) throw new RangeError('damaged LZ4 block');
    const end = at + readLength(token & 15) + MIN_MATCH;
    // Byte by byte: a match may reach into what it writes itself.
    for (; at < end; at++) target[at] = target[at - distance]!;
  }
  return at;
}
