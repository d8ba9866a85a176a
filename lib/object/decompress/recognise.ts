import type { Compression } from '../../format/options.ts';

export type KnownCompression = Exclude<Compression, 'auto'>;

/** How many first bytes `recognise` wants to see; fewer only when the object has no more. */
export const MAGIC_BYTES = 10;

// A bzip2 header alone, `BZh9`, is also a word that a text may begin with: its first block or footer decides.
const BZIP2_BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const BZIP2_FOOTER = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/** What the first bytes of an object say about its compression. An object cut short counts as what it began as. */
export function recognise(head: Uint8Array): KnownCompression {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && isBzip2(head)) return 'bzip2';
  if (head.length >= 4 && isZstd(head)) return 'zstd';
  return 'none';
}

function isBzip2(head: Uint8Array): boolean {
  if (head[0] !== 0x42 || head[1] !== 0x5a || head[2] !== 0x68) return false;
  const level = (head[3] as number) - 0x30;
  if (level < 1 || level > 9) return false;
  return [BZIP2_BLOCK, BZIP2_FOOTER].some((magic) => magic.every((byte, i) => (head[4 + i] ?? byte) === byte));
}

/** A frame, or a skippable frame such as zstd's seekable format and pzstd put in front. */
function isZstd(head: Uint8Array): boolean {
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}
