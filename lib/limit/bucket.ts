import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { type Bucket, levelAfter, REFILL_INTERVAL, refillAmount } from './budget.ts';

/** The only file that knows Bottleneck. */
export interface TokenBucket {
  readonly bucket: Bucket;
  readonly shared: boolean;
  /** Waits for so many tokens, at most the bucket's capacity, and takes them. First come, first served. */
  take(tokens: number): Promise<void>;
}

/** How often those that wait are looked after, in milliseconds. */
const LOCAL_INTERVAL = 20;

/**
 * A bucket of this process. Bottleneck queues; the tokens are added here, by the time that has passed, since Bottleneck's
 * own refill loses what a busy event loop makes it late by, which in a run that computes is a good part of the rate.
 */
export function localBucket(bucket: Bucket, clock: () => number): TokenBucket {
  const limiter = new Bottleneck({ reservoir: bucket.capacity });
  let level = bucket.capacity;
  let at = clock();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  const refill = async () => {
    const now = clock();
    const next = levelAfter(bucket, level, now - at);
    // Whole tokens only: sums of fractions, rounded in two places, would leave a full bucket just short of a large part.
    const added = Math.floor(next) - Math.floor(level);
    level = next;
    at = now;
    if (added > 0) await limiter.incrementReservoir(added);
  };

  return {
    bucket,
    shared: false,
    async take(tokens) {
      waiting++;
      timer ??= setInterval(() => void refill(), LOCAL_INTERVAL);
      try {
        await refill();
        await limiter.schedule({ weight: tokens }, async () => {
          level -= tokens;
        });
      } finally {
        if (--waiting === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      }
    },
  };
}

/** How long a shared bucket that nobody uses is remembered, in milliseconds. It begins full again. */
const FORGET_AFTER = 10 * 60_000;

export interface SharedBuckets {
  open(id: string, bucket: Bucket): Promise<TokenBucket>;
  close(): Promise<void>;
}

/** Buckets in Redis, each for all processes that open it under its id. The client is closed with them. */
export function sharedBuckets(client: Redis): SharedBuckets {
  // Left to itself Bottleneck looks for `ioredis` when it runs, where a bundle has no modules to be found.
  const connection = new Bottleneck.IORedisConnection({ client, Redis });
  return {
    async open(id, bucket) {
      const limiter = new Bottleneck({
        // Bottleneck keeps the settings that a bucket was made with: with another rate it has to be another bucket.
        id: `${id}:${bucket.rate}:${bucket.capacity}`,
        connection,
        reservoir: bucket.capacity,
        reservoirIncreaseInterval: REFILL_INTERVAL,
        reservoirIncreaseAmount: refillAmount(bucket.rate),
        reservoirIncreaseMaximum: bucket.capacity,
        // Those that wait are woken by it; its default for Redis, 5 s, would hold the rate down.
        heartbeatInterval: REFILL_INTERVAL,
        timeout: FORGET_AFTER,
      });
      // Without a listener an error of the heartbeat would be thrown. Whoever takes is told by the connection's end.
      limiter.on('error', () => undefined);
      await limiter.ready();
      return {
        bucket,
        shared: true,
        take: (tokens) => limiter.schedule({ weight: tokens }, async () => undefined),
      };
    },
    close: () => connection.disconnect(true),
  };
}
