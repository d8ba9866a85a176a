/** Objects to export, and what is to come of them. */
import { gzipSync } from 'node:zlib';

export interface Kind {
  readonly compression: 'none' | 'gzip';
  /** Whether records have keys, so that one object's records go to each partition in turn. */
  readonly keyed: boolean;
  /** What becomes of records that cannot be read: a few of them to dead letters, or the run stops at one until it is resumed. */
  readonly bad: 'letters' | 'stop';
}

const RECORDS = 1_200;
/** Records of an unkeyed object change their partition every 256 KiB. */
const PADDING = 'x'.repeat(700);
/** The rate holds a transaction to so many. */
export const BATCH = 100;

export interface Expected {
  readonly records: readonly number[];
  readonly letters: readonly number[];
}

export function contentOf({ compression, bad }: Kind): Buffer {
  const rows = Array.from({ length: RECORDS }, (_, id) => `${id},${isBad(id, bad) ? 'none' : id % 7},${PADDING}\n`);
  const plain = Buffer.from(`id,n,pad\n${rows.join('')}`);
  return compression === 'gzip' ? gzipSync(plain, { level: 1 }) : plain;
}

export function expectedOf({ bad }: Pick<Kind, 'bad'>): Expected {
  const ids = Array.from({ length: RECORDS }, (_, id) => id);
  return {
    records: ids.filter((id) => !isBad(id, bad)),
    letters: bad === 'letters' ? ids.filter((id) => isBad(id, bad)) : [],
  };
}

function isBad(id: number, bad: Kind['bad']): boolean {
  return bad === 'letters' ? id % 150 === 70 : id === 550;
}
