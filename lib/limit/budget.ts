/**
 * The arithmetic of a token bucket, without a clock: how large the buckets of a rate are, in which steps they fill up,
 * and in which parts a large amount is taken.
 *
 * Over any span of t seconds a bucket lets through at most `capacity + rate · t`, and while somebody waits it lets
 * through all of `rate · t`.
 */
export interface Rate {
  /** Records a second. */
  readonly records?: number;
  /** Bytes a second. */
  readonly bytes?: number;
  /**
   * What may pass at once after a pause: records, or bytes for a rate in bytes alone. The other bucket holds as many
   * seconds of its own rate. Default: one second.
   */
  readonly burst?: number;
}

export interface Bucket {
  /** Tokens a second. */
  readonly rate: number;
  /** Tokens that it holds when it is full, a whole number; it begins full. */
  readonly capacity: number;
}

/** How often a bucket is filled up, in milliseconds. */
export const REFILL_INTERVAL = 100;

/** Instances that share a bucket take at most so many seconds of its rate at once: none waits long for another's large amount. */
const QUANTUM_SECONDS = 0.05;

/** Bottleneck reads what a shared bucket holds as a signed integer of 32 bits. */
const LARGEST = 2 ** 31 - 1;

export function bucketsOf({ records, bytes, burst }: Rate): { readonly records?: Bucket; readonly bytes?: Bucket } {
  const first = records ?? bytes;
  const seconds = burst === undefined || first === undefined ? 1 : burst / first;
  return {
    ...(records !== undefined && { records: bucketOf(records, records * seconds) }),
    ...(bytes !== undefined && { bytes: bucketOf(bytes, bytes * seconds) }),
  };
}

/** A bucket that could not hold what one step brings, on top of a rest too small for a part, would lose of its rate. */
function bucketOf(rate: number, burst: number): Bucket {
  const least = Math.ceil(refillAmount(rate)) + quantumOf(rate);
  return { rate, capacity: Math.min(LARGEST, Math.max(least, Math.floor(burst))) };
}

/** Tokens that come with each REFILL_INTERVAL. Not a whole number for most rates. */
export function refillAmount(rate: number): number {
  return (rate * REFILL_INTERVAL) / 1000;
}

function quantumOf(rate: number): number {
  return Math.max(1, Math.floor(rate * QUANTUM_SECONDS));
}

/** What a bucket holds after `elapsed` milliseconds without anybody taking from it. */
export function levelAfter({ rate, capacity }: Bucket, level: number, elapsed: number): number {
  return Math.min(capacity, level + (rate * Math.max(0, elapsed)) / 1000);
}

/** The parts, whole numbers, that an amount is taken in: none is larger than the bucket, nor, if it is shared, than a quantum. */
export function* parts(amount: number, bucket: Bucket, shared: boolean): Generator<number> {
  const largest = shared ? Math.min(quantumOf(bucket.rate), bucket.capacity) : bucket.capacity;
  for (let left = Math.ceil(amount); left > 0; left -= largest) yield Math.min(left, largest);
}
