import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import kafkajs, { type CompressionTypes } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import type { RecordCompression } from './contract.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';

const { CompressionCodecs, CompressionTypes: Types } = kafkajs;

/**
 * Codecs of record batches. gzip is Node's, at its default level, which is that of Kafka's own client as well. snappy and
 * lz4 are ours, in plain TypeScript: the packages that bind the C libraries bring a binary for each platform, which a
 * bundle for another platform than the builder's leaves behind; both formats are small, and one core still compresses
 * more than the broker's CRC lets through. zstd is Node's own, from 22.15.
 */
const TYPES: Readonly<Record<RecordCompression, CompressionTypes>> = {
  none: Types.None,
  gzip: Types.GZIP,
  snappy: Types.Snappy,
  lz4: Types.LZ4,
  zstd: Types.ZSTD,
};

/** kafkajs hands over its encoder when it compresses, and bytes when it decompresses. */
interface Encoded {
  readonly buffer: Buffer;
}

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
/** Of 16 KiB, which is Node's default, a batch has a dozen, and each is a way to a thread and back. */
const GZIP_CHUNK = 256 * 1024;

type Transform = (bytes: Buffer) => Promise<Buffer>;

interface Codec {
  readonly compress: (encoder: Encoded) => Promise<Buffer>;
  readonly decompress: Transform;
}

/** Of the whole process, by kafkajs's number. */
const codecs = CompressionCodecs as unknown as Record<number, () => Codec>;

function register(type: CompressionTypes, compress: Transform, decompress: Transform): void {
  codecs[type] = () => ({ compress: ({ buffer }) => compress(buffer), decompress });
}

/** The records of a batch whose attributes name this codec. Throws KafkaJSNotImplemented for one that nobody registered. */
export async function decompress(type: number, bytes: Buffer): Promise<Buffer> {
  return codecs[type] === undefined ? bytes : codecs[type]().decompress(bytes);
}

/** The records of a batch, by this codec. Throws KafkaJSNotImplemented for one that nobody registered. */
export async function compress(type: number, bytes: Buffer): Promise<Buffer> {
  return codecs[type] === undefined ? bytes : codecs[type]().compress({ buffer: bytes });
}

/** Makes the codecs known to kafkajs, which keeps them in a table of the whole process. Harmless to repeat. */
export function registerCodecs(): void {
  register(Types.GZIP, (bytes) => gzip(bytes, { chunkSize: GZIP_CHUNK }), promisify(zlib.unzip));
  register(
    Types.Snappy,
    async (bytes) => compressSnappy(bytes),
    async (bytes) => decompressSnappy(bytes),
  );
  register(
    Types.LZ4,
    async (bytes) => compressLz4(bytes),
    async (bytes) => decompressLz4(bytes),
  );
  const zstd = nodeZstd();
  register(Types.ZSTD, zstd.compress, zstd.decompress);
}

/** kafkajs's number of a codec. Throws SluiceError (`CompressionNotAvailable`) for zstd on a Node without it. */
export function compressionType(compression: RecordCompression): CompressionTypes {
  if (compression === 'zstd' && zstdFunctions() === undefined) throw withoutZstd();
  return TYPES[compression];
}

/** Types of Node 20 know nothing of zstd. */
type Zstd = (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => void;

function zstdFunctions(): { readonly compress: Zstd; readonly decompress: Zstd } | undefined {
  const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: Zstd; zstdDecompress?: Zstd };
  if (zstdCompress === undefined || zstdDecompress === undefined) return undefined;
  return { compress: zstdCompress, decompress: zstdDecompress };
}

function nodeZstd(): { readonly compress: Transform; readonly decompress: Transform } {
  const functions = zstdFunctions();
  const refuse: Transform = () => Promise.reject(withoutZstd());
  if (functions === undefined) return { compress: refuse, decompress: refuse };
  return { compress: promisify(functions.compress), decompress: promisify(functions.decompress) };
}

function withoutZstd(): SluiceError {
  return new SluiceError('CompressionNotAvailable', `Node ${process.versions.node} has no zstd`, {
    stage: 'kafka',
    fix: 'Run on Node 22.15 or later (`runtime: nodejs22.x` or nodejs24.x for a function), or choose another compression.',
  });
}
