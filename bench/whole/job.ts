import type { AwsEndpoint } from '../../local/endpoints.ts';

/** What every way has to do: the same query over the same file, to the same broker. */

export interface Job {
  readonly way: string;
  /** A CSV file with a header. */
  readonly file: string;
  /** What is asked of it. */
  readonly query: string;
  /** The rows whose status is at least this one: the same for those who do not understand a query. */
  readonly least: number;
  /** Absent: the rows go nowhere. */
  readonly kafka?: {
    readonly brokers: readonly string[];
    readonly topic: string;
    readonly compression: 'none' | 'gzip';
  };
  /** Where a DynamoDB is. */
  readonly aws?: AwsEndpoint;
}

/** What a way found: equal numbers for equal rows. */
export interface Rows {
  readonly count: number;
  /** CRC-32 of all rows one after another; of those in a topic, whose order is only kept by partition, the sum of each one's. */
  readonly sum: number;
}

export interface Outcome {
  readonly rows: Rows;
  readonly seconds: number;
  /** Of all threads, in seconds. */
  readonly cpu: number;
  /** The most memory that the process held, in bytes. */
  readonly maxRss: number;
}

/** Rows that are sent at once, by every way. */
export const CALL = 2_000;
