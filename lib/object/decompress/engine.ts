import type { Transform } from 'node:stream';

/**
 * Runs a stream of Node's zlib by hand. Piping through it would lose good bytes: when such a stream fails, whatever the
 * same write had already decompressed is dropped with it, and at an early end of input that may be a whole chunk.
 * Fed like this, every byte comes out before the end is even judged; and the output waits for its reader.
 */
export class Engine {
  readonly #stream: Transform & { readonly bytesWritten: number };
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(stream: Transform & { readonly bytesWritten: number }) {
    this.#stream = stream;
    const wake = () => this.#wake();
    stream.on('readable', wake).on('end', wake);
    stream.on('error', (error) => {
      this.#failure ??= error;
      wake();
    });
  }

  /** The compressed stream has its own end mark, and it was reached. */
  get finished(): boolean {
    return this.#stream.readableEnded;
  }

  /** How many of the bytes fed belong to the compressed stream. */
  get consumed(): number {
    return this.#stream.bytesWritten;
  }

  /** Everything that can be decompressed once `chunk` is there. Throws what zlib says of a damaged stream. */
  async *feed(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    let taken = false;
    this.#stream.write(chunk, (error) => {
      this.#failure ??= error ?? undefined;
      taken = true;
      this.#wake();
    });
    for (;;) {
      // Made before the stream is looked at, so that nothing can happen in between unseen.
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const output: Uint8Array | null = this.#stream.read();
      if (output !== null) {
        yield output;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (taken || this.#stream.readableEnded) return;
      await woken;
    }
  }

  close(): void {
    this.#stream.destroy();
  }
}
