import type { Column } from '../select/batch.ts';

export type Mechanism = 'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'mtls' | 'oauthbearer';

/** A Kafka connection with its secrets resolved. Never printed, never put into an error. */
export interface KafkaEndpoint {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly auth:
    | { readonly mechanism: 'none' }
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | {
        readonly mechanism: 'mtls';
        readonly certificate: string;
        readonly privateKey: string;
        readonly privateKeyPassword?: string;
      }
    | { readonly mechanism: 'oauthbearer'; readonly region: string };
  /** Undefined: no TLS. `ca`: PEM; without it the system's roots. */
  readonly tls?: { readonly ca?: string };
}

export type RecordCompression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Records of one partition, or records whose keys choose their partition. */
export interface RecordBatch {
  readonly count: number;
  readonly values: Column;
  readonly keys?: Column;
  readonly keyNulls?: Uint8Array;
  /** One byte offset for each record: goes into the header `sluice-offset`, and chooses the partition of a record without key. */
  readonly offsets: Float64Array;
  /** Index of the first record to send, and of the one behind the last. Default: all. */
  readonly first?: number;
  readonly behind?: number;
}

/** Where the records of a run come from: the provenance headers, and the seed of the unkeyed partitions. */
export interface Provenance {
  readonly bucket: string;
  readonly key: string;
  /** Version id, or the ETag where the bucket keeps no versions. */
  readonly version: string;
}

export interface ProducerOptions {
  readonly endpoint: KafkaEndpoint;
  readonly topic: string;
  readonly compression: RecordCompression;
  /** Whether records carry `sluice-bucket`, `sluice-key`, `sluice-version`, `sluice-offset`. */
  readonly headers: boolean;
}

/** Records into one topic, acks all, idempotent. Every failure is a SluiceError of stage `kafka`; its message names the broker, the topic and the fix. */
export interface RecordProducer {
  connect(): Promise<void>;
  /** Sends and waits for the answers of all partitions. Resolves when every record is acknowledged. Returns bytes of keys and values sent. */
  send(batch: RecordBatch, source: Provenance): Promise<{ readonly records: number; readonly bytes: number }>;
  /** Indexes of the records that the topic would refuse for their size alone, with their headers. Exact once connected. */
  oversized(batch: RecordBatch, source: Provenance): readonly number[];
  /** Plain messages to another topic (dead letters). */
  sendTo(
    topic: string,
    messages: readonly {
      readonly key?: Uint8Array;
      readonly value: Uint8Array | null;
      /** A list: the header comes several times. */
      readonly headers?: Readonly<Record<string, string | Uint8Array | readonly Uint8Array[]>>;
    }[],
  ): Promise<void>;
  close(): Promise<void>;
}
