/**
 * Text four bytes at a time: one look at a word tells what four looks at bytes would. Words are little-endian and begin at
 * any byte, so that the lowest of a word's bytes is the first of the text.
 */

export const WORD = 4;

const EACH = 0x01010101;
const HIGH = 0x80808080;
const BACKSLASHES = 0x5c5c5c5c;
/** XORed with this, control characters stay below 0x20, a quote becomes 0x20, and nothing else is below 0x21. */
const QUOTE_DOWN = 0x02020202;
const BELOW_21 = 0x21212121;

let bytesOfView: Uint8Array = new Uint8Array(0);
let view = new DataView(bytesOfView.buffer);

/** Words of these bytes. Remembered for the bytes of last time: a reader's window stays the same for many records. */
export function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== bytesOfView) {
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    bytesOfView = bytes;
  }
  return view;
}

/**
 * Index of the first byte from `at` on that does not stand for itself in a JSON string: a quote, a backslash or a control
 * character. `to` or more if there is none before it.
 */
export function skipPlain(bytes: Uint8Array, words: DataView, at: number, to: number): number {
  const last = words.byteLength - WORD;
  while (at < to && at <= last) {
    const word = words.getInt32(at, true);
    const ends = word ^ QUOTE_DOWN;
    const escapes = word ^ BACKSLASHES;
    // A byte below n has its high bit set in (byte - n) & ~byte. Only bytes behind the first hit may be hit wrongly.
    const hits = (((ends - BELOW_21) & ~ends) | ((escapes - EACH) & ~escapes)) & HIGH;
    if (hits !== 0) return at + ((31 - Math.clz32(hits & -hits)) >> 3);
    at += WORD;
  }
  while (at < to) {
    const byte = bytes[at]!;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return at;
    at++;
  }
  return at;
}
