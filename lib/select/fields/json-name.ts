const BACKSLASH = 0x5c;
const LETTER_CASE = 0x20;

/** A member's name as the query writes it, held against keys as they stand in JSON text. */
export class WantedName {
  private readonly exact: boolean;
  private readonly text: string;
  /** The name's bytes (in lower case unless exact), when all are ASCII or case matters. */
  private readonly bytes: Uint8Array | undefined;

  constructor(name: string, exact: boolean) {
    this.exact = exact;
    this.text = exact ? name : name.toLowerCase();
    const ascii = /^[\x00-\x7f]*$/.test(this.text);
    this.bytes = exact || ascii ? Buffer.from(this.text) : undefined;
  }

  /** `plain`: the key is ASCII without escapes. */
  matches(bytes: Uint8Array, from: number, to: number, plain: boolean): boolean {
    const wanted = this.bytes;
    if (!plain || wanted === undefined) return this.matchesText(bytes, from, to);
    if (to - from !== wanted.length) return false;
    if (this.exact) {
      for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
      return true;
    }
    for (let i = 0; i < wanted.length; i++) {
      const byte = bytes[from + i]!;
      if (byte === wanted[i]) continue;
      if ((byte | LETTER_CASE) !== wanted[i] || byte < 0x41 || byte > 0x5a) return false;
    }
    return true;
  }

  private matchesText(bytes: Uint8Array, from: number, to: number): boolean {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
    const key = raw.includes(BACKSLASH) ? (JSON.parse(`"${raw.toString()}"`) as string) : raw.toString();
    return (this.exact ? key : key.toLowerCase()) === this.text;
  }
}
