/** An object in a bucket, as an event or a user names it. The key is decoded. */
export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface ObjectInfo extends ObjectRef {
  readonly etag: string;
  /** Stored (compressed) size in bytes. */
  readonly size: number;
  readonly lastModified: Date;
}

export interface ReadOptions {
  /** First byte of the stored object. Default 0. */
  readonly from?: number;
  /** Behind the last byte. Default: the object's end. */
  readonly to?: number;
  /** How many bytes behind those handed on are still wanted, for all that is known now: no more are fetched ahead. Default: all. */
  readonly ahead?: () => number;
  readonly signal?: AbortSignal;
}

/** Stored bytes that can be read anywhere: what a format needs whose table of contents stands at the end. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** Bytes [from, to), all of them. What cannot be read is thrown as SluiceError. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** An S3-compatible store. Every failure is a SluiceError of stage `object` (`MissingObject`, `MissingBucket`, `AccessDenied`, `ObjectChanged`, `StoreUnavailable`, …). */
export interface ObjectStore {
  head(ref: ObjectRef): Promise<ObjectInfo>;
  /** The stored bytes of exactly the object that `info` describes (If-Match), in chunks; broken connections are resumed at the byte where they broke. */
  read(info: ObjectInfo, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /** In key order, as the store lists them. */
  list(bucket: string, prefix: string): AsyncIterable<ObjectInfo>;
  close(): void;
}
