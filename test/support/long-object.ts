/** A CSV object of any size, made as it is read: the same rows again and again, of which each hundredth is selected. */
import { gzipSync } from 'node:zlib';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import { readRanges } from '../../lib/object/ranged-read.ts';

const HEADER = 'id,flag,text\n';
const ROWS = 2_000;
const PIECE = 64 * 1024;
const row = (id: number) => `${id},${id % 100 === 7 ? 1 : 0},"${'line\n'.repeat(20)}, said ""${id}"""\n`;

export interface LongObject {
  readonly info: ObjectInfo;
  readonly store: ObjectStore;
  /** Bytes that were asked for so far, read ahead or not. */
  readonly read: () => number;
  /** Where the selected records begin, and how long the object is, decompressed. */
  readonly offsets: readonly number[];
  readonly length: number;
  /** Selected records a byte. */
  readonly density: number;
}

export const SELECT = "SELECT s.id FROM S3Object s WHERE s.flag = '1'";

/** @param bytes at least so many, decompressed */
export function longObject(bucket: string, bytes: number, stored: 'none' | 'gzip', key = `${stored}.csv`): LongObject {
  const texts = Array.from({ length: ROWS }, (_, id) => row(id));
  const block = texts.join('');
  const blocks = Math.ceil(bytes / block.length);
  // Members of gzip one after another are a gzip file as well.
  const asStored = (text: string) => (stored === 'gzip' ? gzipSync(text) : Buffer.from(text));
  const [first, again] = [asStored(HEADER), asStored(block)];
  const size = first.length + again.length * blocks;
  const info: ObjectInfo = { bucket, key, etag: 'e', size, lastModified: new Date() };
  let read = 0;
  async function* fetch(from: number, to: number): AsyncGenerator<Uint8Array> {
    read += to - from;
    for (let at = from; at < to; ) {
      const within = (at - first.length) % again.length;
      const rest = at < first.length ? first.subarray(at) : again.subarray(within, within + PIECE);
      const piece = Buffer.from(rest.subarray(0, to - at));
      at += piece.length;
      yield piece;
    }
  }
  const store: ObjectStore = {
    head: async () => info,
    read: (_info, { from = 0, to = size, ahead } = {}) => readRanges(fetch, { from, to, ahead }),
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
  const offsets = offsetsOf(texts, blocks);
  const length = HEADER.length + block.length * blocks;
  return { info, store, read: () => read, offsets, length, density: offsets.length / length };
}

function offsetsOf(texts: readonly string[], blocks: number): number[] {
  const within: number[] = [];
  let at = 0;
  for (const [id, text] of texts.entries()) {
    if (id % 100 === 7) within.push(at);
    at += text.length;
  }
  return Array.from({ length: blocks }, (_, block) => within.map((each) => HEADER.length + block * at + each)).flat();
}
