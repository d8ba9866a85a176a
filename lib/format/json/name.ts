const BACKSLASH = 0x5c;

/** A member name as a path or a query writes it, held against keys as they stand in JSON text. */
export class MemberName {
  private readonly exact: Uint8Array | undefined;
  private readonly folded: string;
  private readonly longest: number;

  /** `exact`: case matters (a double-quoted name). */
  constructor(name: string, exact: boolean) {
    const bytes = Buffer.from(name);
    this.exact = exact ? bytes : undefined;
    this.folded = name.toLowerCase();
    // An escape of one UTF-16 unit takes six bytes; a letter's other case may take one byte more than it.
    this.longest = name.length * 6;
  }

  /** Whether `bytes[from, to)`, what stands between a key's quotes, is this name. */
  matches(bytes: Uint8Array, from: number, to: number): boolean {
    const { exact } = this;
    if (to - from > this.longest) return false;
    for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return this.matchesText(keyText(bytes, from, to));
    if (exact === undefined)
      return this.matchesText(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8'));
    if (to - from !== exact.length) return false;
    for (let i = 0; i < exact.length; i++) if (bytes[from + i] !== exact[i]) return false;
    return true;
  }

  private matchesText(key: string): boolean {
    if (this.exact === undefined) return key.toLowerCase() === this.folded;
    return Buffer.from(key).equals(this.exact);
  }
}

function keyText(bytes: Uint8Array, from: number, to: number): string {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from - 1, to - from + 2).toString('utf8')) as string;
}
