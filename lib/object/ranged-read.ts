import { SluiceError } from '../failure/index.ts';
import { type Backoff, exponentialBackoff } from './backoff.ts';

/** Sends one request for the bytes [from, to) and hands on its body as it comes. Ends all of it when `signal` is aborted. */
export type FetchRange = (from: number, to: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;

export interface RangedReadOptions {
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
  /** See ReadOptions. */
  readonly ahead?: (() => number) | undefined;
  /** Bytes of one request. Default 8 MiB. */
  readonly partBytes?: number;
  /** How many parts are fetched, or held until their turn, at once. Default 3: memory grows with it, and three connections outrun what reads them. */
  readonly parallel?: number;
  /** How often one part may fail before the read fails. Default 8: with the default backoff about 10 s of trouble. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
}

/** A request for less costs as much as one for this. */
const SMALLEST = 256 * 1024;

/**
 * The bytes [from, to) in order, fetched in parts side by side: one connection gives less than the network does. A part
 * is read to its end whether its turn has come or not, so that a slow consumer leaves no connection waiting for it;
 * memory is bounded by partBytes × parallel. A part that breaks off goes on at the byte where it broke.
 *
 * @throws SluiceError, as `fetch` throws it, when it is not retryable or too often; the signal's reason when aborted.
 */
export async function* readRanges(fetch: FetchRange, options: RangedReadOptions): AsyncGenerator<Uint8Array> {
  const { from, to, signal, partBytes = 8 * 1024 * 1024, parallel = 3, ahead = () => Infinity } = options;
  signal?.throwIfAborted();
  const scope = new AbortController();
  const abort = () => scope.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const parts: Part[] = [];
  const least = Math.min(SMALLEST, partBytes);
  let next = from;
  let handedOn = from;
  try {
    while (next < to || parts.length > 0) {
      while (next < to && parts.length < parallel) {
        const wanted = Math.floor(ahead()) - (next - handedOn);
        if (wanted < least && parts.length > 0) break;
        const behind = Math.min(next + Math.min(partBytes, Math.max(least, wanted)), to);
        parts.push(new Part(fetch, next, behind, scope.signal, options));
        next = behind;
      }
      const part = parts[0] as Part;
      for (let chunk = await part.chunk(); chunk !== undefined; chunk = await part.chunk()) {
        handedOn += chunk.length;
        yield chunk;
        signal?.throwIfAborted();
      }
      parts.shift();
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    scope.abort();
    await Promise.all(parts.map((part) => part.settled));
  }
}

type PartState = { readonly kind: 'open' | 'whole' } | { readonly kind: 'failed'; readonly error: unknown };

class Part {
  /** Resolves, never rejects, when nothing of the part is under way any more. */
  readonly settled: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  #state: PartState = { kind: 'open' };
  #wake: () => void = () => {};

  constructor(fetch: FetchRange, from: number, to: number, signal: AbortSignal, options: RangedReadOptions) {
    this.settled = this.#fill(fetch, from, to, signal, options).then(
      () => this.#settle({ kind: 'whole' }),
      (error: unknown) => this.#settle({ kind: 'failed', error }),
    );
  }

  /** The next bytes, undefined behind the last. Throws what ended the part, once what came before has been taken. */
  async chunk(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#state.kind === 'whole') return undefined;
      if (this.#state.kind === 'failed') throw this.#state.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#chunks.shift();
  }

  async #fill(fetch: FetchRange, from: number, to: number, signal: AbortSignal, options: RangedReadOptions) {
    const { attempts = 8, backoff = exponentialBackoff } = options;
    let at = from;
    for (let failures = 0; ; ) {
      try {
        for await (const chunk of fetch(at, to, signal)) {
          this.#chunks.push(chunk);
          at += chunk.length;
          this.#wake();
        }
        if (at === to) return;
        throw unexpectedLength(at - from, to - from);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SluiceError) || !error.retryable || ++failures >= attempts) throw error;
        await backoff(failures, signal);
      }
    }
  }

  #settle(state: PartState): void {
    this.#state = state;
    this.#wake();
  }
}

/** A body may be cut so that the connection looks fine: only the count tells. More than was asked for cannot be used. */
function unexpectedLength(received: number, wanted: number): SluiceError {
  const shorter = received < wanted;
  return new SluiceError(
    shorter ? 'StoreUnavailable' : 'UnsupportedStore',
    `the store sent ${received} of the ${wanted} bytes that were asked for`,
    {
      stage: 'object',
      retryable: shorter,
      fix: shorter
        ? 'Try again. If it happens again, look for a proxy between the function and the store that cuts long answers.'
        : 'Use a store that answers ranged reads (`Range: bytes=…`) as S3 does, or take away the proxy that drops the header.',
    },
  );
}
