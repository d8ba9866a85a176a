/**
 * One block of a bzip2 file: up to 900 kB of text, Huffman-coded over move-to-front over a Burrows-Wheeler transform
 * over run lengths. There is no RFC; the order and widths of the fields are those of the reference implementation:
 *
 *     block  = 0x314159265359:48 crc:32 randomised:1 origin:24 symbols selectors tables codes
 *     footer = 0x177245385090:48 combined-crc:32, then zero bits to the next byte
 */

/** Thrown when the bits end before the block does; more input may cure it. */
export class OutOfBits extends Error {}
/** Thrown when the bits are not a block. */
export class BadBlock extends Error {}

const GROUP = 50;
const MAX_LENGTH = 20;
const LOOKUP = 10;
const OUTPUT = 256 * 1024;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** Bits, the most significant first. Beyond the end it reads zeros, and `exhausted` becomes true: decoding may look ahead. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #buffer = 0;
  #count = 0;
  #beyond = 0;

  /** Starts `bits` (0 to 7) bits into `bytes`. */
  constructor(bytes: Uint8Array, bits: number) {
    this.#bytes = bytes;
    this.#at = 0;
    if (bits > 0) this.read(bits);
  }

  /** 1 to 24 bits. */
  read(bits: number): number {
    if (this.#count < bits) this.#fill(bits);
    this.#count -= bits;
    return (this.#buffer >>> this.#count) & ((1 << bits) - 1);
  }

  /** 1 to 24 bits, left where they are. */
  peek(bits: number): number {
    if (this.#count < bits) this.#fill(bits);
    return (this.#buffer >>> (this.#count - bits)) & ((1 << bits) - 1);
  }

  skip(bits: number): void {
    this.#count -= bits;
  }

  /** More bits were read than there are. */
  get exhausted(): boolean {
    return this.#beyond > this.#count;
  }

  /** How many bits were read. */
  get position(): number {
    return this.#at * 8 + this.#beyond - this.#count;
  }

  #fill(bits: number): void {
    while (this.#count < bits) {
      if (this.#at < this.#bytes.length) this.#buffer = (this.#buffer << 8) | (this.#bytes[this.#at++] as number);
      else {
        this.#buffer <<= 8;
        this.#beyond += 8;
      }
      this.#count += 8;
    }
  }
}

export type Part =
  | { readonly kind: 'block'; readonly chunks: readonly Uint8Array[]; readonly crc: number }
  | { readonly kind: 'footer'; readonly crc: number };

/** Decodes blocks of at most `capacity` bytes of text; keeps its tables from one to the next. */
export class BlockDecoder {
  readonly #text: Uint32Array;
  readonly #selectors = new Uint8Array(32768);
  readonly #order = new Uint8Array(256);
  readonly #counts = new Uint32Array(256);
  readonly #lengths = new Uint8Array(258);

  constructor(capacity: number) {
    this.#text = new Uint32Array(capacity);
  }

  /** Reads a block, checked against its CRC, or the footer. Throws OutOfBits, BadBlock. */
  next(bits: BitReader): Part {
    try {
      const magic = [bits.read(24), bits.read(24)];
      const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
      if (magic[0] === 0x177245 && magic[1] === 0x385090) {
        if (bits.exhausted) throw new OutOfBits();
        return { kind: 'footer', crc };
      }
      if (magic[0] !== 0x314159 || magic[1] !== 0x265359) throw new BadBlock('a block does not begin as one');
      if (bits.read(1) === 1) throw new BadBlock('it uses randomised blocks, which no bzip2 since 1997 writes');
      const origin = bits.read(24);
      const count = this.#readText(bits);
      if (bits.exhausted) throw new OutOfBits();
      if (origin >= count) throw new BadBlock('a block points outside of itself');
      const block = this.#unsort(origin, count);
      if (block.crc !== crc) throw new BadBlock('a block’s check sum is wrong');
      return { kind: 'block', ...block };
    } catch (error) {
      // The zeros behind the end decode to anything: what is wrong with them is only that there are none.
      throw bits.exhausted ? new OutOfBits() : error;
    }
  }

  /** Huffman codes and move-to-front undone: fills `#text` and `#counts`, returns how many bytes. */
  #readText(bits: BitReader): number {
    const symbols = this.#readSymbols(bits);
    const groups = bits.read(3);
    if (groups < 2 || groups > 6) throw new BadBlock('a block has no valid number of tables');
    const selectors = this.#readSelectors(bits, groups);
    const tables: HuffmanTable[] = [];
    for (let i = 0; i < groups; i++) tables.push(this.#readTable(bits, symbols + 2));

    const text = this.#text;
    const order = this.#order;
    const counts = this.#counts.fill(0);
    const end = symbols + 1;
    let count = 0;
    let run = 0;
    let weight = 1;
    let left = 0;
    let selector = 0;
    let table = tables[0] as HuffmanTable;
    for (;;) {
      if (left === 0) {
        if (selector >= selectors || bits.exhausted) throw new BadBlock('a block has more codes than selectors');
        table = tables[this.#selectors[selector++] as number] as HuffmanTable;
        left = GROUP;
      }
      left--;
      const symbol = table.read(bits);
      if (symbol <= 1) {
        // Two digits, RUNA and RUNB, write a run's length in bijective base 2.
        run += weight << symbol;
        weight *= 2;
        if (run > text.length) throw new BadBlock('a run is longer than the block');
        continue;
      }
      if (run > 0) {
        if (count + run > text.length) throw new BadBlock('a block is longer than it says');
        const byte = order[0] as number;
        counts[byte] = (counts[byte] as number) + run;
        text.fill(byte, count, count + run);
        count += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) return count;
      if (count >= text.length) throw new BadBlock('a block is longer than it says');
      const place = symbol - 1;
      const byte = order[place] as number;
      if (place < 16) for (let i = place; i > 0; i--) order[i] = order[i - 1] as number;
      else order.copyWithin(1, 0, place);
      order[0] = byte;
      counts[byte] = (counts[byte] as number) + 1;
      text[count++] = byte;
    }
  }

  /** Which bytes occur: fills `#order`, returns how many. */
  #readSymbols(bits: BitReader): number {
    const used = bits.read(16);
    let symbols = 0;
    for (let i = 0; i < 16; i++) {
      if ((used & (0x8000 >> i)) === 0) continue;
      const row = bits.read(16);
      for (let j = 0; j < 16; j++) if ((row & (0x8000 >> j)) !== 0) this.#order[symbols++] = i * 16 + j;
    }
    if (symbols === 0) throw new BadBlock('a block uses no bytes');
    return symbols;
  }

  #readSelectors(bits: BitReader, groups: number): number {
    const count = bits.read(15);
    if (count === 0) throw new BadBlock('a block has no selectors');
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < count; i++) {
      let place = 0;
      while (bits.read(1) === 1) if (++place >= groups) throw new BadBlock('a selector names no table');
      const group = order[place] as number;
      order.splice(place, 1);
      order.unshift(group);
      this.#selectors[i] = group;
    }
    return count;
  }

  #readTable(bits: BitReader, symbols: number): HuffmanTable {
    const lengths = this.#lengths.subarray(0, symbols);
    let length = bits.read(5);
    for (let i = 0; i < symbols; i++) {
      for (;;) {
        if (length < 1 || length > MAX_LENGTH) throw new BadBlock('a code has no valid length');
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths[i] = length;
    }
    return new HuffmanTable(lengths);
  }

  /** The Burrows-Wheeler transform and the first run lengths undone. */
  #unsort(origin: number, count: number): { chunks: Uint8Array[]; crc: number } {
    const text = this.#text;
    const starts = this.#counts;
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      const occurrences = starts[byte] as number;
      starts[byte] = sum;
      sum += occurrences;
    }
    // The byte stays in the lower 8 bits; where the next one stands goes above it.
    for (let i = 0; i < count; i++) {
      const byte = (text[i] as number) & 0xff;
      const place = starts[byte] as number;
      starts[byte] = place + 1;
      text[place] = (text[place] as number) | (i << 8);
    }
    const chunks: Uint8Array[] = [];
    let chunk = new Uint8Array(Math.min(OUTPUT, count + 1024));
    let at = 0;
    let crc = 0xffffffff;
    let same = 0;
    let previous = -1;
    let entry = text[origin] as number;
    for (let i = 0; i < count; i++) {
      entry = text[entry >>> 8] as number;
      const byte = entry & 0xff;
      let copies = 1;
      let output = byte;
      if (same === 4) {
        // Four equal bytes are followed by how often the byte comes again.
        copies = byte;
        output = previous;
        same = 0;
        previous = -1;
      } else if (byte === previous) same++;
      else {
        same = 1;
        previous = byte;
      }
      if (at + copies > chunk.length) {
        chunks.push(chunk.subarray(0, at));
        chunk = new Uint8Array(OUTPUT);
        at = 0;
      }
      for (; copies > 0; copies--) {
        crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ output] as number);
        chunk[at++] = output;
      }
    }
    chunks.push(chunk.subarray(0, at));
    return { chunks, crc: ~crc >>> 0 };
  }
}

/** Codes of up to 10 bits by one look-up, longer ones by comparing with the last code of each length. */
class HuffmanTable {
  /** Symbol and length (symbol * 32 + length) by the next ten bits; 0: the code is longer. */
  readonly #lookup = new Uint16Array(1 << LOOKUP);
  readonly #symbols: Uint16Array;
  readonly #last = new Int32Array(MAX_LENGTH + 2).fill(-1);
  readonly #base = new Int32Array(MAX_LENGTH + 2);

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let place = 0;
    for (let length = 1; length <= MAX_LENGTH; length++) {
      code <<= 1;
      this.#base[length] = place - code;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        if (code >= 1 << length) throw new BadBlock('its codes do not fit their lengths');
        this.#symbols[place++] = symbol;
        if (length <= LOOKUP) {
          const from = code << (LOOKUP - length);
          this.#lookup.fill(symbol * 32 + length, from, from + (1 << (LOOKUP - length)));
        }
        this.#last[length] = code++;
      }
    }
  }

  read(bits: BitReader): number {
    const found = this.#lookup[bits.peek(LOOKUP)] as number;
    if (found !== 0) {
      bits.skip(found & 31);
      return found >>> 5;
    }
    const window = bits.peek(MAX_LENGTH);
    for (let length = LOOKUP + 1; length <= MAX_LENGTH; length++) {
      const code = window >>> (MAX_LENGTH - length);
      if (code <= (this.#last[length] as number)) {
        bits.skip(length);
        return this.#symbols[code + (this.#base[length] as number)] as number;
      }
    }
    throw new BadBlock('a code is in none of its tables');
  }
}
