import type { KafkaMessage } from 'kafkajs';
import { FetchedRecord } from './wire/fetched-record.ts';

/** A message as it was read. */
export interface ConsumedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  /** Null: a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
}

/** What one fetch gave of a partition. */
export interface ConsumedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
  /** How many messages the partition still had behind these when they were read. */
  readonly lag: number;
}

const NO_HEADERS: ConsumedMessage['headers'] = [];

export function toConsumed(topic: string, partition: number, message: KafkaMessage): ConsumedMessage {
  if (message instanceof FetchedRecord) return message.consumed(topic, partition);
  const { offset, timestamp, key, value, headers } = message;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headersOf(headers),
  };
}

function headersOf(headers: KafkaMessage['headers']): ConsumedMessage['headers'] {
  if (headers === undefined) return NO_HEADERS;
  const names = Object.keys(headers);
  if (names.length === 0) return NO_HEADERS;
  return names.flatMap((name) => {
    const held = headers[name];
    const all = Array.isArray(held) ? held : held === undefined ? [] : [held];
    return all.map((value) => ({ name, value: typeof value === 'string' ? Buffer.from(value) : value }));
  });
}
