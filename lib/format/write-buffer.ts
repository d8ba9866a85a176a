const FIRST_SIZE = 16 * 1024;

/** A buffer that grows: rows are written to its end. Whoever takes it (`take`) owns its bytes from then on. */
export class WriteBuffer {
  bytes: Buffer;
  length = 0;
  /** All bytes that were written as text since it was last set to 0, ORed: below 0x80 while they are ASCII. */
  seen = 0;

  constructor(size = FIRST_SIZE) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Makes room for so many more bytes. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** Copies what is known to be UTF-8. */
  raw(source: Uint8Array): void {
    const { length } = source;
    this.reserve(length);
    if (length > 24) this.bytes.set(source, this.length);
    else for (let i = 0; i < length; i++) this.bytes[this.length + i] = source[i]!;
    this.length += length;
  }

  /** Copies bytes of a window as they stand. */
  copy(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    const { bytes } = this;
    let { length, seen } = this;
    for (let i = from; i < to; i++) {
      const byte = source[i]!;
      seen |= byte;
      bytes[length++] = byte;
    }
    this.length = length;
    this.seen = seen;
  }

  /** As `copy`, but only bytes that `special` has no 1 for. False: there is one among them, and nothing was written. */
  copyUnless(special: Uint8Array, source: Uint8Array, from: number, to: number): boolean {
    this.reserve(to - from);
    const { bytes } = this;
    let { length, seen } = this;
    let found = 0;
    for (let i = from; i < to; i++) {
      const byte = source[i]!;
      seen |= byte;
      found |= special[byte]!;
      bytes[length++] = byte;
    }
    if (found !== 0) return false;
    this.length = length;
    this.seen = seen;
    return true;
  }

  /** Copies bytes of a window as they stand, many at once and without looking at them: they may be anything. */
  block(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    this.bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
    this.seen = 0xff;
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  ascii(text: string): void {
    this.reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  /** The written bytes, and an empty buffer of about that size in their place. */
  take(): Buffer {
    const taken = this.bytes;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(FIRST_SIZE, this.length + (this.length >> 3)));
    this.length = 0;
    return taken;
  }
}
