/**
 * Text four bytes at a time: one look at a word tells what four looks at bytes would. Words are little-endian and begin at
 * any byte, so that the lowest of a word's bytes is the first of the text.
 */

export const WORD = 4;

let bytesOfView: Uint8Array = new Uint8Array(0);
let view = new DataView(bytesOfView.buffer);

/** Words of these bytes; those of last time are remembered: a reader's window stays the same for many records. */
export function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== bytesOfView) {
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    bytesOfView = bytes;
  }
  return view;
}

/**
 * Index of the first byte from `at` on that does not stand for itself in a JSON string: a quote, a backslash or a control
 * character. `to` or more if there is none before it; `last` is where the last word begins (`words.byteLength`, which is
 * slow to ask for, less one word).
 */
export function skipPlain(words: DataView, last: number, at: number, to: number): number {
  // Numbers as they are, here: a bundler may make variables of constants, and these are read for each word.
  for (; at <= last && at < to; at += 4) {
    const word = words.getInt32(at, true);
    // So changed, control characters stay below 0x20, a quote becomes 0x20, a backslash 0, and nothing else is below 0x21, 1.
    const ends = word ^ 0x02020202;
    const escapes = word ^ 0x5c5c5c5c;
    // A byte below n has its high bit set in (byte - n) & ~byte. Only bytes behind the first hit may be hit wrongly.
    const hits = (((ends - 0x21212121) & ~ends) | ((escapes - 0x01010101) & ~escapes)) & 0x80808080;
    if (hits !== 0) return at + ((31 - Math.clz32(hits & -hits)) >> 3);
  }
  for (; at < to; at++) {
    const byte = words.getUint8(at);
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return at;
  }
  return at;
}
