import { XxHash64 } from '../../lib/object/decompress/xxhash64.ts';

/** A zstd writer of raw and run-length blocks, one frame. Node has none before 22.15. */
export function zstd(
  blocks: readonly Uint8Array[],
  options: { checksum?: boolean; single?: boolean } = {},
): Uint8Array {
  const { checksum = true, single = false } = options;
  const size = blocks.reduce((sum, block) => sum + block.length, 0);
  const head = Buffer.alloc(single ? 9 : 6);
  head.writeUInt32LE(0xfd2fb528);
  head[4] = (checksum ? 4 : 0) | (single ? 0xa0 : 0);
  if (single) head.writeUInt32LE(size, 5);
  else head[5] = 7 << 3;
  const parts: Uint8Array[] = [head];
  const hash = new XxHash64();
  [...blocks, new Uint8Array(0)].forEach((block, i) => {
    const run = block.length > 1 && block.every((byte) => byte === block[0]);
    const field = Buffer.alloc(3);
    field.writeUIntLE((block.length << 3) | (run ? 2 : 0) | (i === blocks.length ? 1 : 0), 0, 3);
    parts.push(field, run ? block.subarray(0, 1) : block);
    hash.update(block);
  });
  if (checksum) {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(hash.low32());
    parts.push(sum);
  }
  return Buffer.concat(parts);
}

export function skippableFrame(content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}
