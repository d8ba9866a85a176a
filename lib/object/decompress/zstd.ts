import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { SluiceError } from '../../failure/index.ts';
import type { ByteSource } from './byte-source.ts';
import { atEnd, corrupt, truncated } from './damage.ts';
import { Engine } from './engine.ts';
import { XxHash64 } from './xxhash64.ts';

// RFC 8878. Frames and blocks are walked here, so that a cut is seen whatever decodes the blocks, and a decoder gets one
// frame, a block at a time: Node's stops at a frame's end, fzstd's output would be as large as its input asks for.
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const BLOCK = 128 * 1024;
/** The largest window that is decoded, in bytes: what zstd(1) allows without `--long`. */
const WINDOW = 128 * 1024 * 1024;

const FCS_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

/** Decodes one frame that comes in pieces: its header, its blocks, its check sum if it has one. Throws on damage. */
export interface FrameDecoder {
  header(bytes: Uint8Array): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** `last`: nothing but a check sum follows in this frame. */
  block(bytes: Uint8Array, last: boolean): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  checksum(bytes: Uint8Array): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  close(): void;
}

/** The bytes of all frames of a zstd file, one after another. What may follow the last one: see `atEnd`. */
export async function* unzstd(source: ByteSource, decoder = frameDecoder): AsyncGenerator<Uint8Array> {
  let good = 0;
  for (let frame = 0; ; frame++) {
    if (frame > 0 && (await atEnd(source, 'zstd', good))) return;
    if (await skippable(source, good)) continue;
    for await (const chunk of decodeFrame(source, decoder(), good)) {
      good += chunk.length;
      yield chunk;
    }
  }
}

async function skippable(source: ByteSource, good: number): Promise<boolean> {
  if (!(await source.need(4))) throw truncated('zstd', good, 'a frame’s header');
  if ((uint32(source.view, 0) & 0xfffffff0) >>> 0 !== SKIPPABLE) return false;
  if (!(await source.need(8))) throw truncated('zstd', good, 'a frame’s header');
  let left = uint32(source.view, 4);
  source.skip(8);
  while (left > 0) {
    const skipped = await source.some(left);
    if (skipped === undefined) throw truncated('zstd', good, 'a skippable frame');
    left -= skipped.length;
  }
  return true;
}

async function* decodeFrame(source: ByteSource, decoder: FrameDecoder, start: number): AsyncGenerator<Uint8Array> {
  let good = start;
  const decode = async function* (pieces: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    try {
      for await (const chunk of pieces()) {
        good += chunk.length;
        yield chunk;
      }
    } catch (error) {
      // What this frame gave so far may already be wrong: only its check sum would have told.
      throw corrupt('zstd', start, error instanceof Error ? error.message : 'a block cannot be decoded', error);
    }
  };
  try {
    const { length, checksum } = await frameHeader(source, good);
    const head = source.view.slice(0, length);
    source.skip(length);
    yield* decode(() => decoder.header(head));
    for (let last = false; !last; ) {
      if (!(await source.need(3))) throw truncated('zstd', good, 'a block');
      const field = uint24(source.view);
      const size = field >>> 3;
      const type = (field >> 1) & 3;
      if (size > BLOCK || type === 3) throw corrupt('zstd', start, 'a block’s header is not valid');
      last = (field & 1) === 1;
      const final = last;
      const whole = 3 + (type === 1 ? 1 : size);
      if (!(await source.need(whole))) throw truncated('zstd', good, 'a block');
      const block = source.view.slice(0, whole);
      source.skip(whole);
      yield* decode(() => decoder.block(block, final));
    }
    if (!checksum) return;
    if (!(await source.need(4))) throw truncated('zstd', good, 'a frame’s check sum');
    const sum = source.view.slice(0, 4);
    source.skip(4);
    try {
      for await (const chunk of decoder.checksum(sum)) yield chunk;
    } catch (error) {
      throw corrupt('zstd', start, 'a frame’s check sum is wrong', error);
    }
  } finally {
    decoder.close();
  }
}

async function frameHeader(source: ByteSource, good: number): Promise<{ length: number; checksum: boolean }> {
  if (uint32(source.view, 0) !== MAGIC) {
    throw corrupt('zstd', good, 'what should be a frame does not begin as one');
  }
  if (!(await source.need(5))) throw truncated('zstd', good, 'a frame’s header');
  const descriptor = source.view[4] as number;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  const sizeFlag = (descriptor >> 6) as 0 | 1 | 2 | 3;
  const size = sizeFlag === 0 && single ? 1 : FCS_BYTES[sizeFlag];
  const length = 5 + (single ? 0 : 1) + dictionary + size;
  if (!(await source.need(length))) throw truncated('zstd', good, 'a frame’s header');
  if ((descriptor & 8) !== 0) throw corrupt('zstd', good, 'a frame’s header has unknown flags');
  const bytes = source.view;
  const id = bytes.subarray(single ? 5 : 6, (single ? 5 : 6) + dictionary);
  if (id.some((byte) => byte !== 0)) {
    throw unsupported('the zstd stream was compressed with a dictionary', 'Compress the objects without a dictionary.');
  }
  if (windowOf(bytes, single, length - size, size) > WINDOW) {
    throw unsupported(
      'the zstd stream needs a window of more than 128 MiB',
      'Compress the objects without `--long`, or with `--long=27` at most.',
    );
  }
  return { length, checksum: (descriptor & 4) !== 0 };
}

function windowOf(bytes: Uint8Array, single: boolean, sizeAt: number, sizeBytes: number): number {
  if (!single) {
    const descriptor = bytes[5] as number;
    const base = 2 ** (10 + (descriptor >> 3));
    return base + (base / 8) * (descriptor & 7);
  }
  let size = 0;
  for (let i = sizeBytes - 1; i >= 0; i--) size = size * 256 + (bytes[sizeAt + i] as number);
  return sizeBytes === 2 ? size + 256 : size;
}

function unsupported(message: string, fix: string): SluiceError {
  return new SluiceError('UnsupportedCompression', message, { stage: 'object', fix });
}

function uint24(bytes: Uint8Array): number {
  return (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16);
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
}

type CreateStream = (options: { chunkSize: number }) => Transform & { readonly bytesWritten: number };

/** Node's own decoder where it has one (22.15 and later), else fzstd with the check sum it does not verify. */
export function frameDecoder(): FrameDecoder {
  const native: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return typeof native === 'function' ? nativeFrameDecoder(native as CreateStream) : portableFrameDecoder();
}

function nativeFrameDecoder(create: CreateStream): FrameDecoder {
  const engine = new Engine(create({ chunkSize: 256 * 1024 }));
  return {
    header: (bytes) => engine.feed(bytes),
    block: (bytes) => engine.feed(bytes),
    checksum: (bytes) => engine.feed(bytes),
    close: () => engine.close(),
  };
}

/** fzstd looks at nothing before it has 18 bytes: these blocks of no bytes make every frame's header that long. */
const EMPTY_BLOCKS = new Uint8Array(12);

export function portableFrameDecoder(): FrameDecoder {
  let output: Uint8Array[] = [];
  const hash = new XxHash64();
  const decompress = new Decompress((chunk) => {
    if (chunk.length > 0) output.push(chunk);
  });
  const push = (bytes: Uint8Array, last: boolean): Uint8Array[] => {
    output = [];
    decompress.push(bytes, last);
    for (const chunk of output) hash.update(chunk);
    return output;
  };
  return {
    header: (bytes) => {
      const head = Buffer.concat([bytes, EMPTY_BLOCKS]);
      // The check sum is ours to verify: without its flag fzstd ends with the last block.
      head[4] = (head[4] as number) & ~4;
      return push(head, false);
    },
    block: push,
    checksum: (bytes) => {
      if (hash.low32() !== uint32(bytes, 0)) throw new Error('a frame’s check sum is wrong');
      return [];
    },
    close: () => {},
  };
}
