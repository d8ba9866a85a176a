/**
 * CRC-32C (Castagnoli), with which Kafka guards its record batches, eight bytes at a step: three times as fast as byte by
 * byte, and there is none in Node. Table k holds what a byte does to the checksum when k more bytes follow it.
 * Source: Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators" (2005).
 */

/** Reflected: the lowest bit is the highest power. */
const POLYNOMIAL = 0x82f63b78;

const T0 = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
  return crc;
});
const T1 = following(T0);
const T2 = following(T1);
const T3 = following(T2);
const T4 = following(T3);
const T5 = following(T4);
const T6 = following(T5);
const T7 = following(T6);

function following(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ T0[crc & 0xff]!);
}

/** A call takes so many bytes: V8 compiles for good what is called often, and not what is long under way. */
const STEP = 4096;

/** The checksum of `bytes[from, to)`, as an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = -1;
  for (let at = from; at < to; at += STEP) crc = updated(crc, bytes, at, Math.min(at + STEP, to));
  return ~crc >>> 0;
}

function updated(before: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = before;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      T7[crc & 0xff]! ^
      T6[(crc >>> 8) & 0xff]! ^
      T5[(crc >>> 16) & 0xff]! ^
      T4[crc >>> 24]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!;
  }
  for (; at < to; at++) crc = T0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}
