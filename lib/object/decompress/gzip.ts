import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { atEnd, corrupt, truncated } from './damage.ts';
import { Engine } from './engine.ts';

// RFC 1952. Node's own gunzip stream is not used: it drops good bytes when something behind them is bad (a second
// member, a cut), and cannot tell which member failed. Header and trailer are simple; the deflating is zlib's.
const MAGIC = [0x1f, 0x8b, 0x08];
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;

const INPUT = 64 * 1024;
const OUTPUT = 256 * 1024;

/** The bytes of all members of a gzip file, one after another. What may follow the last one: see `atEnd`. */
export async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  let good = 0;
  for (let member = 0; ; member++) {
    if (member > 0 && (await atEnd(source, 'gzip', good))) return;
    await header(source, good);
    for await (const chunk of body(source, good)) {
      good += chunk.length;
      yield chunk;
    }
  }
}

async function header(source: ByteSource, good: number): Promise<void> {
  const need = async (count: number) => {
    if (!(await source.need(count))) throw truncated('gzip', good, 'a member’s header');
  };
  const whole = await source.need(10);
  for (const [i, byte] of MAGIC.entries()) {
    if (i < source.view.length && source.view[i] !== byte) {
      throw corrupt('gzip', good, 'what should be a member does not begin as one');
    }
  }
  if (!whole) throw truncated('gzip', good, 'a member’s header');
  const flags = source.view[3] as number;
  if ((flags & RESERVED) !== 0) throw corrupt('gzip', good, 'a member’s header has unknown flags');
  source.skip(10);
  if ((flags & FEXTRA) !== 0) {
    await need(2);
    const extra = (source.view[0] as number) | ((source.view[1] as number) << 8);
    source.skip(2);
    await need(extra);
    source.skip(extra);
  }
  for (const flag of [FNAME, FCOMMENT]) {
    for (let byte = (flags & flag) === 0 ? 0 : 1; byte !== 0; source.skip(1)) {
      await need(1);
      byte = source.view[0] as number;
    }
  }
  if ((flags & FHCRC) !== 0) {
    await need(2);
    source.skip(2);
  }
}

/** The content of one member, and the check of its length and CRC-32. */
async function* body(source: ByteSource, start: number): AsyncGenerator<Uint8Array> {
  const engine = new Engine(createInflateRaw({ chunkSize: OUTPUT, finishFlush: constants.Z_SYNC_FLUSH }));
  let length = 0;
  let crc = 0;
  try {
    for (let fed = 0; !engine.finished; fed = engine.consumed) {
      if (!(await source.need(1))) throw truncated('gzip', start + length, 'a member');
      const piece = source.view.subarray(0, INPUT);
      try {
        for await (const chunk of engine.feed(piece)) {
          length += chunk.length;
          crc = crc32(chunk, crc);
          yield chunk;
        }
      } catch (error) {
        // What this member gave so far may already be wrong: only its check sum would have told.
        throw corrupt('gzip', start, reasonOf(error), error);
      }
      source.skip(engine.consumed - fed);
    }
  } finally {
    engine.close();
  }
  if (!(await source.need(8))) throw truncated('gzip', start + length, 'a member’s check sum');
  const trailer = new DataView(source.view.buffer, source.view.byteOffset, 8);
  if (trailer.getUint32(0, true) !== crc >>> 0) throw corrupt('gzip', start, 'a member’s check sum is wrong');
  if (trailer.getUint32(4, true) !== length % 2 ** 32) throw corrupt('gzip', start, 'a member’s length is wrong');
  source.skip(8);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'zlib failed';
}
