import type { ConsumedMessage } from '../consumed.ts';
import { Cursor } from './cursor.ts';

type HeaderValue = Buffer | null;

interface Header {
  readonly name: string;
  readonly value: HeaderValue;
}

/** What the records of one batch have in common, under the names that kafkajs gives it. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  /** 0: the time is the sender's; 1: it is when the broker took the batch, `maxTimestamp` for all of them. */
  readonly timestampType: 0 | 1;
  readonly magicByte: 2;
}

/** The bytes of a batch's records, and what their offsets and times count from. */
export interface RecordSource {
  readonly bytes: Buffer;
  readonly context: BatchContext;
  /** As numbers: exact up to 2^53, as everything is that Sluice counts. */
  readonly offset: number;
  readonly timestamp: number;
}

/**
 * A record of a fetch as kafkajs and its consumers know one, read from the batch's bytes when it is asked for: most of
 * them are never asked for all, and what is not made need not be collected again.
 */
export class FetchedRecord {
  /** kafkajs moves past such records, and hands none of them out. */
  isControlRecord: boolean;
  readonly #source: RecordSource;
  /** Where its attributes stand, behind its length. */
  readonly #at: number;
  readonly #offsetDelta: number;

  constructor(source: RecordSource, at: number, offsetDelta: number) {
    this.isControlRecord = source.context.isControlBatch;
    this.#source = source;
    this.#at = at;
    this.#offsetDelta = offsetDelta;
  }

  get magicByte(): 2 {
    return 2;
  }

  get attributes(): number {
    return this.#source.bytes.readInt8(this.#at);
  }

  get batchContext(): BatchContext {
    return this.#source.context;
  }

  get offset(): string {
    const { context, offset } = this.#source;
    const exact = offset + this.#offsetDelta;
    return String(Number.isSafeInteger(exact) ? exact : BigInt(context.firstOffset) + BigInt(this.#offsetDelta));
  }

  get timestamp(): string {
    const { firstTimestamp, maxTimestamp, timestampType } = this.#source.context;
    if (timestampType === 1) return maxTimestamp;
    const delta = new Cursor(this.#source.bytes, this.#at + 1).varlong();
    return String(BigInt(firstTimestamp) + delta);
  }

  get key(): Buffer | null {
    return keyAt(this.#source, this.#at).varbytes();
  }

  get value(): Buffer | null {
    return valueAt(this.#source, this.#at).varbytes();
  }

  /** By name; a list of those that came several times. */
  get headers(): Record<string, HeaderValue | HeaderValue[]> {
    const headers = new Map<string, HeaderValue | HeaderValue[]>();
    for (const { name, value } of headersAt(this.#source, this.#at)) {
      const held = headers.get(name);
      headers.set(name, held === undefined ? value : Array.isArray(held) ? [...held, value] : [held, value]);
    }
    return Object.fromEntries(headers);
  }

  /** The same record as a sink takes it. */
  consumed(topic: string, partition: number): ConsumedMessage {
    return new ConsumedRecord(topic, partition, this.#source, this.#at, this.#source.offset + this.#offsetDelta);
  }
}

/** Holds on to the bytes of its batch, and makes of them what is asked for. */
class ConsumedRecord implements ConsumedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly #source: RecordSource;
  readonly #at: number;

  constructor(topic: string, partition: number, source: RecordSource, at: number, offset: number) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.#source = source;
    this.#at = at;
  }

  get timestamp(): number {
    const { bytes, context, timestamp } = this.#source;
    if (context.timestampType === 1) return timestamp;
    // All records of a batch have one time, or nearly: a varint of one byte.
    const first = bytes[this.#at + 1]!;
    if (first < 0x80) return timestamp + ((first >>> 1) ^ -(first & 1));
    return timestamp + Number(new Cursor(bytes, this.#at + 1).varlong());
  }

  get key(): Buffer | null {
    return keyAt(this.#source, this.#at).varbytes();
  }

  get value(): Buffer | null {
    return valueAt(this.#source, this.#at).varbytes();
  }

  get headers(): ConsumedMessage['headers'] {
    return headersAt(this.#source, this.#at).flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  }
}

/** Of the record whose attributes stand at `at`. */
function keyAt({ bytes }: RecordSource, at: number): Cursor {
  const cursor = new Cursor(bytes, at + 1);
  cursor.skipVarint();
  cursor.skipVarint();
  return cursor;
}

function valueAt(source: RecordSource, at: number): Cursor {
  const cursor = keyAt(source, at);
  const length = cursor.varint();
  if (length > 0) cursor.at += length;
  return cursor;
}

function headersAt(source: RecordSource, at: number): Header[] {
  const cursor = valueAt(source, at);
  const length = cursor.varint();
  if (length > 0) cursor.at += length;
  const count = cursor.varint();
  const headers: Header[] = [];
  for (let i = 0; i < count; i++) headers.push({ name: String(cursor.varbytes()), value: cursor.varbytes() });
  return headers;
}
