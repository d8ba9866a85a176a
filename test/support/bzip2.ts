/** A bzip2 writer for small texts: every field of the format, without an effort to make it short. Node has none. */
export function bzip2(blocks: readonly Uint8Array[], level = 9): Uint8Array {
  const bits = new BitWriter();
  for (const byte of [0x42, 0x5a, 0x68, 0x30 + level]) bits.write(byte, 8);
  let combined = 0;
  for (const block of blocks) {
    if (block.length === 0) continue;
    const crc = crc32(block);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    writeBlock(bits, runLengths(block), crc);
  }
  bits.write(0x177245, 24);
  bits.write(0x385090, 24);
  bits.write(combined >>> 16, 16);
  bits.write(combined & 0xffff, 16);
  return bits.bytes();
}

function writeBlock(bits: BitWriter, text: Uint8Array, crc: number): void {
  const rotations = Array.from(text, (_, i) => i).sort((a, b) => compareRotations(text, a, b));
  bits.write(0x314159, 24);
  bits.write(0x265359, 24);
  bits.write(crc >>> 16, 16);
  bits.write(crc & 0xffff, 16);
  bits.write(0, 1);
  bits.write(rotations.indexOf(0), 24);

  const used = [...new Set(text)].sort((a, b) => a - b);
  const rows = Array.from({ length: 16 }, (_, row) => used.filter((byte) => byte >> 4 === row));
  bits.write(
    rows.reduce((map, row, i) => map | (row.length > 0 ? 0x8000 >> i : 0), 0),
    16,
  );
  for (const row of rows) {
    if (row.length > 0)
      bits.write(
        row.reduce((map, byte) => map | (0x8000 >> (byte & 15)), 0),
        16,
      );
  }

  const symbols = moveToFront(
    rotations.map((at) => text[(at + text.length - 1) % text.length] as number),
    used,
  );
  const selectors = Math.ceil(symbols.length / 50);
  bits.write(2, 3);
  bits.write(selectors, 15);
  for (let i = 0; i < selectors; i++) {
    // The two tables in turn: after the first, each is the one that was not used last.
    if (i > 0) bits.write(1, 1);
    bits.write(0, 1);
  }
  const count = used.length + 2;
  // Equal codes in one table, and in the other one code that is longer than all the rest.
  const even = new Array<number>(count).fill(Math.ceil(Math.log2(count)));
  const uneven = even.map((length, i) => (i === count - 1 ? 17 : length + 1));
  for (const lengths of [even, uneven]) {
    bits.write(lengths[0] as number, 5);
    lengths.forEach((length, i) => {
      for (let now = lengths[i - 1] ?? length; now !== length; now += now < length ? 1 : -1)
        bits.write(now < length ? 2 : 3, 2);
      bits.write(0, 1);
    });
  }
  symbols.forEach((symbol, i) => {
    if (Math.floor(i / 50) % 2 === 0) bits.write(symbol, even[0] as number);
    else if (symbol < count - 1) bits.write(symbol, uneven[0] as number);
    else bits.write((count - 1) << (17 - (uneven[0] as number)), 17);
  });
}

function compareRotations(text: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < text.length; i++) {
    const order = (text[(a + i) % text.length] as number) - (text[(b + i) % text.length] as number);
    if (order !== 0) return order;
  }
  return a - b;
}

function runLengths(text: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < text.length; ) {
    let run = 1;
    while (run < 259 && text[at + run] === text[at]) run++;
    for (let i = 0; i < Math.min(run, 4); i++) out.push(text[at] as number);
    if (run >= 4) out.push(run - 4);
    at += run;
  }
  return Uint8Array.from(out);
}

function moveToFront(column: readonly number[], used: readonly number[]): number[] {
  const order = [...used];
  const symbols: number[] = [];
  let zeros = 0;
  const flush = () => {
    for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols.push((zeros - 1) & 1);
  };
  for (const byte of column) {
    const place = order.indexOf(byte);
    if (place === 0) {
      zeros++;
      continue;
    }
    flush();
    symbols.push(place + 1);
    order.splice(place, 1);
    order.unshift(byte);
  }
  flush();
  symbols.push(used.length + 1);
  return symbols;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

class BitWriter {
  readonly #bits: number[] = [];

  write(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >>> i) & 1);
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => {
      bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (7 - (i & 7)));
    });
    return bytes;
  }
}
