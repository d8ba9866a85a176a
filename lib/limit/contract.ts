/** A token bucket in records and one in bytes. */
export interface Limiter {
  /**
   * Waits until so many records and bytes may pass, and takes them. A call that asks for more than a bucket holds is
   * let through in parts. Returns the time waited, in milliseconds.
   */
  take(records: number, bytes: number, signal?: AbortSignal): Promise<number>;
  /** The most records and bytes that one `take` should ask for: one second of the rate. Infinity without a rate. */
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** How long its buckets, when they are empty, take to be full, in milliseconds. 0 without a rate. */
  readonly fillMs: number;
  close(): Promise<void>;
}
