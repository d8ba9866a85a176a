const NONE = -1;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Where a JSON value ends, told from its quotes and brackets alone, over any number of pieces. It counts instead of
 * remembering, so that no nesting can exhaust it, and takes text that is no JSON, so that reading can go on behind it.
 */
export class Extent {
  /** Whether the value has no closing mark of its own: it ends with the object, too. */
  scalar = false;
  private depth = 0;
  private inString = false;
  private escaped = false;

  begin(first: number): void {
    this.scalar = first !== QUOTE && first !== OPEN_OBJECT && first !== OPEN_ARRAY;
    this.depth = 0;
    this.inString = false;
    this.escaped = false;
  }

  /** Goes on at `at`. Returns the place behind the value, or NONE if it goes on behind `to`. */
  scan(bytes: Uint8Array, at: number, to: number): number {
    return this.scalar ? scalarEnd(bytes, at, to) : this.closing(bytes, at, to);
  }

  private closing(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      if (this.inString) {
        at = this.stringEnd(bytes, at, to);
        if (at === NONE) return NONE;
        if (this.depth === 0) return at;
        continue;
      }
      const byte = bytes[at++];
      if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.depth++;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --this.depth === 0) return at;
    }
    return NONE;
  }

  private stringEnd(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    if (this.escaped) {
      this.escaped = false;
      at++;
    }
    for (; at < to; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.inString = false;
        return at + 1;
      }
      if (byte === BACKSLASH && ++at === to) this.escaped = true;
    }
    return NONE;
  }
}

function scalarEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte <= 0x20 || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) return at;
  }
  return NONE;
}
