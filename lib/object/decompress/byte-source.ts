/**
 * Chunks of any size as one run of bytes that a parser can look ahead in. It holds what was asked for with `need`, and
 * at most one chunk beyond: memory follows the parser, not the object.
 */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** What is buffered and not yet taken. Valid until the next call of `need` or `some`. */
  get view(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Buffers at least `count` bytes. False when the source ends before; what there is stays in `view`. */
  async need(count: number): Promise<boolean> {
    let length = this.#bytes.length - this.#at;
    if (length >= count) return true;
    const parts = [this.view];
    while (length < count && !this.#ended) {
      const chunk = await this.#pull();
      if (chunk === undefined) break;
      parts.push(chunk);
      length += chunk.length;
    }
    this.#bytes =
      parts.length === 2 && parts[0]?.length === 0 ? (parts[1] as Uint8Array) : Buffer.concat(parts, length);
    this.#at = 0;
    return length >= count;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Takes between 1 and `most` bytes, as they are there. Undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    if (!(await this.need(1))) return undefined;
    const taken = this.view.subarray(0, most);
    this.#at += taken.length;
    return taken;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }

  async #pull(): Promise<Uint8Array | undefined> {
    for (;;) {
      const step = await this.#chunks.next();
      if (step.done === true) {
        this.#ended = true;
        return undefined;
      }
      if (step.value.length > 0) return step.value;
    }
  }
}
