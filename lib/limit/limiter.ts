import { localBucket, sharedBuckets, type TokenBucket } from './bucket.ts';
import { type Bucket, bucketsOf, parts, type Rate } from './budget.ts';
import type { Limiter } from './contract.ts';
import { connectRedis, type RedisEndpoint } from './redis.ts';

export interface LimiterOptions extends Rate {
  /** Names the bucket among those that share it: stage and rule. */
  readonly id: string;
  /** Left out: the rate is this process's own. */
  readonly shared?: RedisEndpoint;
}

/** Throws SluiceError (`LimiterUnavailable`, `LimiterDenied`) if the shared bucket cannot be reached; `take` throws them later. */
export async function createLimiter(options: LimiterOptions, clock: () => number = Date.now): Promise<Limiter> {
  const { id, shared } = options;
  const buckets = bucketsOf(options);
  const supply =
    shared === undefined || Object.keys(buckets).length === 0 ? localSupply(clock) : await redisSupply(shared, id);
  const open = async (name: string, bucket: Bucket | undefined) => bucket && (await supply.open(name, bucket));
  const records = await open('records', buckets.records);
  const bytes = await open('bytes', buckets.bytes);
  return {
    maxRecords: options.records ?? Infinity,
    maxBytes: options.bytes ?? Infinity,
    fillMs: Math.max(0, ...Object.values(buckets).map(({ rate, capacity }) => (capacity / rate) * 1000)),
    async take(recordCount, byteCount, signal) {
      const began = clock();
      await Promise.all([
        supply.watch(takeInParts(records, recordCount, signal)),
        supply.watch(takeInParts(bytes, byteCount, signal)),
      ]);
      return clock() - began;
    },
    close: supply.close,
  };
}

/** Where buckets come from. */
interface Supply {
  open(name: string, bucket: Bucket): Promise<TokenBucket>;
  /** Lets work fail when what it waits for is gone. */
  watch(work: Promise<void>): Promise<void>;
  readonly close: () => Promise<void>;
}

function localSupply(clock: () => number): Supply {
  return {
    open: async (_name, bucket) => localBucket(bucket, clock),
    watch: (work) => work,
    close: async () => undefined,
  };
}

async function redisSupply(endpoint: RedisEndpoint, id: string): Promise<Supply> {
  const { client, lost } = await connectRedis(endpoint);
  const watch = <T>(work: Promise<T>): Promise<T> => Promise.race([work, lost]);
  const shared = sharedBuckets(client);
  return {
    open: (name, bucket) => watch(shared.open(`sluice:${id}:${name}`, bucket)),
    watch,
    close: async () => {
      try {
        await shared.close();
      } catch {
        // It was lost before; there is nothing to take leave of.
        client.disconnect();
      }
    },
  };
}

async function takeInParts(bucket: TokenBucket | undefined, amount: number, signal: AbortSignal | undefined) {
  if (bucket === undefined) return;
  for (const part of parts(amount, bucket.bucket, bucket.shared)) {
    signal?.throwIfAborted();
    await orAbort(bucket.take(part), signal);
  }
}

async function orAbort(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  // What was asked for is still taken when its turn comes: at most one part.
  work.catch(() => undefined);
  await Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
