/**
 * Large buffers, used again. What a stream of batches allocates and lets go at once is hardly any work; the garbage
 * collector, though, is driven by how much memory was allocated outside of its heap, and goes through all of the heap for
 * every few batches: a sixth of an export's time.
 */
export class SpareBuffers {
  readonly #most: number;
  readonly #spare: Buffer[] = [];

  /** @param most so many are kept while nobody uses them */
  constructor(most: number) {
    this.#most = most;
  }

  /** One of at least `size` bytes, of which anything may be in it. */
  take(size: number): Buffer {
    const fits = this.#spare.findIndex(({ length }) => length >= size);
    if (fits >= 0) return this.#spare.splice(fits, 1)[0]!;
    // One that is too small makes place for one that is not.
    this.#spare.shift();
    return Buffer.allocUnsafeSlow(size + size / 4);
  }

  /** Only when nobody will look into it again. */
  giveBack(buffer: Buffer): void {
    if (this.#spare.length < this.#most) this.#spare.push(buffer);
  }
}
