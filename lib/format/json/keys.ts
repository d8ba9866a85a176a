import { WORD } from './words.ts';

/** A key that `Keys` does not keep: it is longer than most, or came when many others were known. */
export const UNKNOWN = 0;
/** Numbers of keys are below this. */
export const KEYS_END = 8192;

const QUOTE = 0x22;
const QUOTE_COLON = 0x223a;
const LONGEST = 64;
const BUCKETS = 256;

/** From an entry's begin; an entry's place is its key's number. */
const FOLLOWER = 0;
const LENGTH = 1;
const MASK = 2;
const REST = 3;
const TEXT = 4;
/** Stands before an object's first key. */
export const BEGIN: number = UNKNOWN + TEXT;
/** No text is as long as what stands for no key. */
const ENDLESS = 0x3fffffff;

/**
 * The keys of former records, by small numbers, as they stood there: from the comma or bracket before them to the value.
 * Records of one file have the same keys in the same order, nearly always: a key is guessed from the one before it and
 * compared with, which is quicker than to look for its end, and who asked about a key once knows the answer for all
 * records. The same number is the same key; a key may have several numbers.
 */
export class Keys {
  /**
   * Entries back to back: which key came after this one the last time; its text's length in bytes; which bits of
   * its last word are its own; the next key in its bucket; its words. In one array, which is quicker than several.
   */
  private readonly entries = new Int32Array(KEYS_END);
  /** Whether one of them has white space around its tokens. */
  spaced = false;
  private end = BEGIN + TEXT;
  private readonly buckets = new Int32Array(BUCKETS);

  constructor() {
    this.entries[UNKNOWN + LENGTH] = ENDLESS;
    this.entries[BEGIN + LENGTH] = ENDLESS;
  }

  /** The key that is likely to come after `key`. */
  after(key: number): number {
    return this.entries[key + FOLLOWER]!;
  }

  /** Behind `key`, which may stand at `at`, or -1 if it does not. `last`: where the text's last word begins. */
  match(text: DataView, last: number, key: number, at: number): number {
    const { entries } = this;
    const behind = at + entries[key + LENGTH]!;
    if (behind > last) return -1;
    let word = key + TEXT;
    for (; at <= behind - WORD; at += WORD) if (text.getInt32(at, true) !== entries[word++]) return -1;
    return ((text.getInt32(at, true) ^ entries[word]!) & entries[key + MASK]!) === 0 ? behind : -1;
  }

  /** The number of the key that stands in [from, to) with what is around it, and came after `before`. */
  learn(text: DataView, from: number, to: number, before: number): number {
    const last = text.byteLength - WORD;
    if (to - from > LONGEST || to > last) return UNKNOWN;
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + text.getUint8(at)) | 0;
    const bucket = hash & (BUCKETS - 1);
    let key = this.buckets[bucket]!;
    while (key !== UNKNOWN && this.match(text, last, key, from) !== to) key = this.entries[key + REST]!;
    if (key === UNKNOWN) key = this.add(text, from, to, bucket);
    this.entries[before + FOLLOWER] = key;
    return key;
  }

  private add(text: DataView, from: number, to: number, bucket: number): number {
    const { entries, buckets, end: key } = this;
    if (key + TEXT + LONGEST / WORD >= KEYS_END) return UNKNOWN;
    entries[key + LENGTH] = to - from;
    entries[key + MASK] = (1 << (((to - from) % WORD) * 8)) - 1;
    entries[key + REST] = buckets[bucket]!;
    buckets[bucket] = key;
    const tight = text.getUint8(from + 1) === QUOTE && text.getUint16(to - 2) === QUOTE_COLON;
    if (!tight) this.spaced = true;
    this.end = key + TEXT;
    for (let at = from; at <= to; at += WORD) entries[this.end++] = text.getInt32(at, true);
    return key;
  }
}
