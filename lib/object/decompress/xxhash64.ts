// XXH64 with seed 0, as zstd frames use it for their check sums (RFC 8878, 3.1.1). 64-bit numbers are two 32-bit halves:
// BigInt would be twenty times slower than the decoder whose output is hashed.
type Half = number;
interface Prime {
  readonly high: Half;
  readonly low: Half;
}
const PRIME1: Prime = { high: 0x9e3779b1, low: 0x85ebca87 };
const PRIME2: Prime = { high: 0xc2b2ae3d, low: 0x27d4eb4f };
const PRIME3: Prime = { high: 0x165667b1, low: 0x9e3779f9 };
const PRIME4: Prime = { high: 0x85ebca77, low: 0xc2b2ae63 };
const PRIME5: Prime = { high: 0x27d4eb2f, low: 0x165667c5 };

const STRIPE = 32;

// The working number. Kept outside so that the steps below, small enough to be inlined, return nothing.
let h = 0;
let l = 0;

function multiply(prime: Prime): void {
  const a0 = l & 0xffff;
  const a1 = l >>> 16;
  const b0 = prime.low & 0xffff;
  const b1 = prime.low >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = a1 * b1 + (middle >>> 16) + ((a0 * b1 + (middle & 0xffff)) >>> 16);
  h = (carry + Math.imul(h, prime.low) + Math.imul(l, prime.high)) >>> 0;
  l = Math.imul(l, prime.low) >>> 0;
}

function add(high: Half, low: Half): void {
  const sum = l + low;
  h = (h + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  l = sum >>> 0;
}

/** By 1 to 31 bits. */
function rotate(bits: number): void {
  const high = (h << bits) | (l >>> (32 - bits));
  l = ((l << bits) | (h >>> (32 - bits))) >>> 0;
  h = high >>> 0;
}

/** By 1 to 63 bits, to the right, into the number itself. */
function fold(bits: number): void {
  if (bits < 32) {
    l = (l ^ ((l >>> bits) | (h << (32 - bits)))) >>> 0;
    h = (h ^ (h >>> bits)) >>> 0;
  } else {
    l = (l ^ (h >>> (bits - 32))) >>> 0;
  }
}

function round(accumulatorHigh: Half, accumulatorLow: Half, inputHigh: Half, inputLow: Half): void {
  h = inputHigh;
  l = inputLow;
  multiply(PRIME2);
  add(accumulatorHigh, accumulatorLow);
  rotate(31);
  multiply(PRIME1);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export class XxHash64 {
  readonly #high = new Uint32Array(4);
  readonly #low = new Uint32Array(4);
  readonly #rest = new Uint8Array(STRIPE);
  #pending = 0;
  #length = 0;

  constructor() {
    h = PRIME1.high;
    l = PRIME1.low;
    add(PRIME2.high, PRIME2.low);
    this.#set(0);
    h = PRIME2.high;
    l = PRIME2.low;
    this.#set(1);
    this.#high[3] = ~PRIME1.high + (PRIME1.low === 0 ? 1 : 0);
    this.#low[3] = -PRIME1.low;
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#pending > 0) {
      at = Math.min(STRIPE - this.#pending, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#pending);
      this.#pending += at;
      if (this.#pending < STRIPE) return;
      this.#stripe(this.#rest, 0);
      this.#pending = 0;
    }
    for (; at + STRIPE <= bytes.length; at += STRIPE) this.#stripe(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#pending = bytes.length - at;
  }

  /** The lower half of the hash of everything so far. Nothing may be added after it. */
  low32(): number {
    this.#merge();
    add(Math.floor(this.#length / 2 ** 32), this.#length >>> 0);
    const rest = this.#rest;
    let at = 0;
    for (; at + 8 <= this.#pending; at += 8) this.#mix(uint32(rest, at + 4), uint32(rest, at));
    if (at + 4 <= this.#pending) {
      const [high, low] = [h, l];
      h = 0;
      l = uint32(rest, at);
      multiply(PRIME1);
      exclusiveOr(high, low);
      rotate(23);
      multiply(PRIME2);
      add(PRIME3.high, PRIME3.low);
      at += 4;
    }
    for (; at < this.#pending; at++) {
      const [high, low] = [h, l];
      h = 0;
      l = rest[at] as number;
      multiply(PRIME5);
      exclusiveOr(high, low);
      rotate(11);
      multiply(PRIME1);
    }
    fold(33);
    multiply(PRIME2);
    fold(29);
    multiply(PRIME3);
    fold(32);
    return l;
  }

  #merge(): void {
    if (this.#length < STRIPE) {
      h = PRIME5.high;
      l = PRIME5.low;
      return;
    }
    let high = 0;
    let low = 0;
    for (const [lane, bits] of [1, 7, 12, 18].entries()) {
      this.#get(lane);
      rotate(bits);
      add(high, low);
      high = h;
      low = l;
    }
    for (let lane = 0; lane < 4; lane++) {
      round(0, 0, this.#high[lane] as number, this.#low[lane] as number);
      exclusiveOr(high, low);
      multiply(PRIME1);
      add(PRIME4.high, PRIME4.low);
      high = h;
      low = l;
    }
  }

  #mix(inputHigh: Half, inputLow: Half): void {
    const [high, low] = [h, l];
    round(0, 0, inputHigh, inputLow);
    exclusiveOr(high, low);
    rotate(27);
    multiply(PRIME1);
    add(PRIME4.high, PRIME4.low);
  }

  #stripe(bytes: Uint8Array, at: number): void {
    for (let lane = 0; lane < 4; lane++) {
      const from = at + lane * 8;
      round(this.#high[lane] as number, this.#low[lane] as number, uint32(bytes, from + 4), uint32(bytes, from));
      this.#set(lane);
    }
  }

  #set(lane: number): void {
    this.#high[lane] = h;
    this.#low[lane] = l;
  }

  #get(lane: number): void {
    h = this.#high[lane] as number;
    l = this.#low[lane] as number;
  }
}

function exclusiveOr(high: Half, low: Half): void {
  h = (h ^ high) >>> 0;
  l = (l ^ low) >>> 0;
}
