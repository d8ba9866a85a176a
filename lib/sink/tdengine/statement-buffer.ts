const QUOTE = 0x27;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const EIGHT_DIGITS = 100_000_000;

/** 1 in the place of each byte that ends the quick way: what is escaped, NUL, and all that is not ASCII. */
const SPECIAL = new Uint8Array(256).fill(1, 128);
SPECIAL[0] = 1;
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

/** The bytes of one statement, written from the left and used again for the next one. */
export class StatementBuffer {
  bytes: Buffer;
  length = 0;

  constructor(size: number) {
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

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** The digits of a safe integer. */
  integer(value: number): void {
    this.reserve(20);
    let rest = value;
    if (rest < 0) {
      this.bytes[this.length++] = MINUS;
      rest = -rest;
    }
    if (rest < EIGHT_DIGITS) {
      this.digits(rest, digitsOf(rest));
      return;
    }
    const high = Math.floor(rest / EIGHT_DIGITS);
    const low = rest - high * EIGHT_DIGITS;
    if (high < EIGHT_DIGITS) this.digits(high, digitsOf(high));
    else {
      const top = Math.floor(high / EIGHT_DIGITS);
      this.digits(top, digitsOf(top));
      this.digits(high - top * EIGHT_DIGITS, 8);
    }
    this.digits(low, 8);
  }

  /** A safe integer whose last `scale` digits stand behind the point. */
  fixed(value: number, scale: number): void {
    const from = this.length;
    this.integer(value);
    const digits = this.length - from - (value < 0 ? 1 : 0);
    if (digits <= scale) {
      const text = String(Math.abs(value)).padStart(scale + 1, '0');
      this.length = from;
      this.ascii(`${value < 0 ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`);
      return;
    }
    const point = this.length - scale;
    this.bytes.copyWithin(point + 1, point, this.length);
    this.bytes[point] = POINT;
    this.length++;
  }

  /** A number as a literal: its shortest text reads back as the same double. */
  double(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.integer(value);
    else this.ascii(String(value));
  }

  /**
   * A text between quotes. Returns how many bytes it has without its escapes. NUL in it would end
   * the statement: then nothing is written, and the answer is -1.
   */
  quoted(text: string): number {
    const { length } = text;
    this.reserve(length + 2);
    const { bytes } = this;
    const start = this.length;
    let at = start;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127 || SPECIAL[unit] === 1) return this.escaped(text);
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return length;
  }

  private escaped(text: string): number {
    if (text.includes('\u0000')) return -1;
    const literal = text.replace(/[\\']/g, '\\$&');
    this.byte(QUOTE);
    const from = this.length;
    this.utf8(literal);
    const written = this.length - from;
    this.byte(QUOTE);
    return written - (literal.length - text.length);
  }

  private digits(value: number, count: number): void {
    const { bytes } = this;
    let at = this.length + count;
    this.length = at;
    let rest = value | 0;
    for (let i = 0; i < count; i++) {
      const next = (rest / 10) | 0;
      bytes[--at] = ZERO + rest - next * 10;
      rest = next;
    }
  }
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  return value < 10_000_000 ? 7 : 8;
}
