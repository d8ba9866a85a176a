import type { ByteSource } from './byte-source.ts';
import { BadBlock, BitReader, BlockDecoder, OutOfBits, type Part } from './bzip2-block.ts';
import { atEnd, corrupt, truncated } from './damage.ts';

/**
 * The bytes of all streams of a bzip2 file, one after another (pbzip2 writes one for each block). A block is handed on
 * when its check sum was right, so everything handed on is good. What may follow the last stream: see `atEnd`.
 */
export async function* bunzip2(source: ByteSource): AsyncGenerator<Uint8Array> {
  let good = 0;
  for (let stream = 0; ; stream++) {
    if (stream > 0 && (await atEnd(source, 'bzip2', good))) return;
    const level = await header(source, good);
    const capacity = level * 100_000;
    const decoder = new BlockDecoder(capacity);
    let bit = 0;
    let combined = 0;
    for (;;) {
      const { part, bits } = await nextPart(source, decoder, bit, capacity, good);
      source.skip(bits >>> 3);
      bit = bits & 7;
      if (part.kind === 'footer') {
        if (part.crc !== combined) throw corrupt('bzip2', good, 'a stream’s check sum is wrong');
        source.skip(bit > 0 ? 1 : 0);
        break;
      }
      combined = (((combined << 1) | (combined >>> 31)) ^ part.crc) >>> 0;
      for (const chunk of part.chunks) {
        good += chunk.length;
        yield chunk;
      }
    }
  }
}

/** A stream's header: `BZh` and its level, 1 to 9. */
async function header(source: ByteSource, good: number): Promise<number> {
  const whole = await source.need(4);
  const [b, z, h, digit] = source.view;
  const level = (digit ?? 0x31) - 0x30;
  if ((b ?? 0x42) !== 0x42 || (z ?? 0x5a) !== 0x5a || (h ?? 0x68) !== 0x68 || level < 1 || level > 9) {
    throw corrupt('bzip2', good, 'what should be a stream does not begin as one');
  }
  if (!whole) throw truncated('bzip2', good, 'a stream’s header');
  source.skip(4);
  return level;
}

/**
 * A block's length is known only by decoding it, so it is decoded from what is buffered, and again from twice as much
 * if that ended too early. A real block is hardly longer than its text: the first try nearly always does.
 */
async function nextPart(
  source: ByteSource,
  decoder: BlockDecoder,
  bit: number,
  capacity: number,
  good: number,
): Promise<{ part: Part; bits: number }> {
  for (let wanted = capacity + 32 * 1024; ; wanted *= 2) {
    const more = await source.need(wanted);
    const bits = new BitReader(source.view, bit);
    try {
      const part = decoder.next(bits);
      return { part, bits: bits.position };
    } catch (error) {
      if (error instanceof BadBlock) throw corrupt('bzip2', good, error.message, error);
      if (!(error instanceof OutOfBits)) throw error;
      if (!more) throw truncated('bzip2', good, 'a block');
    }
  }
}
