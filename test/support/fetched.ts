import { requests } from 'kafkajs/src/protocol/requests/index.js';
import { decodeFetch } from '../../lib/kafka/wire/fetch.ts';

/** kafkajs's own encoders and decoders: what reading of our own is held to. */
interface Encoder {
  readonly buffer: Buffer;
}
const encodeRecord: (record: object) => Encoder = jest.requireActual('kafkajs/src/protocol/recordBatch/record/v0');
const { RecordBatch } = jest.requireActual<{ RecordBatch: (batch: object) => Promise<Encoder> }>(
  'kafkajs/src/protocol/recordBatch/v0',
);

export interface GivenRecord {
  readonly offsetDelta: number;
  readonly timestampDelta?: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[]>>;
}

export interface GivenBatch {
  readonly firstOffset: bigint;
  readonly firstTimestamp?: bigint;
  readonly maxTimestamp?: bigint;
  readonly lastOffsetDelta: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly firstSequence?: number;
  readonly partitionLeaderEpoch?: number;
  readonly transactional?: boolean;
  /** kafkajs's number. */
  readonly compression?: number;
  /** Bits that kafkajs writes none of: a time of the broker's, a marker. */
  readonly attributes?: number;
  readonly records: readonly GivenRecord[];
}

const ATTRIBUTES_AT = 22;

export async function batchBytes({ records, attributes = 0, ...batch }: GivenBatch): Promise<Buffer> {
  const encoded = records.map((record) => encodeRecord({ timestampDelta: 0, ...record }));
  const { buffer } = await RecordBatch({ firstTimestamp: 0, maxTimestamp: 0, ...batch, records: encoded });
  const bytes = Buffer.from(buffer);
  bytes[ATTRIBUTES_AT] = bytes[ATTRIBUTES_AT]! | attributes;
  return bytes;
}

export interface GivenPartition {
  readonly partition?: number;
  readonly errorCode?: number;
  readonly aborted?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly bytes: Buffer;
}

/** The answer to a fetch of one topic's partitions. */
export function responseBytes(version: number, topic: string, partitions: readonly GivenPartition[]): Buffer {
  const parts: Buffer[] = [];
  const put = (size: 2 | 4 | 8, value: bigint | number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    parts.push(bytes.subarray(8 - size));
  };
  put(4, 7);
  if (version >= 7) put(2, 0);
  if (version >= 7) put(4, 12);
  put(4, 1);
  put(2, Buffer.byteLength(topic));
  parts.push(Buffer.from(topic));
  put(4, partitions.length);
  for (const { partition = 3, errorCode = 0, aborted = [], bytes } of partitions) {
    put(4, partition);
    put(2, errorCode);
    put(8, 2n ** 60n + 1n);
    put(8, 2n ** 60n);
    if (version >= 5) put(8, 17);
    put(4, aborted.length);
    for (const { producerId, firstOffset } of aborted) {
      put(8, producerId);
      put(8, firstOffset);
    }
    if (version >= 11) put(4, -1);
    put(4, bytes.length);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

type Plain = Record<string, unknown>;
const FIELDS = ['magicByte', 'attributes', 'timestamp', 'offset', 'key', 'value', 'headers', 'isControlRecord'];

/** What both decoders made of it, with every field of every message. */
export async function decodedByBoth(version: number, bytes: Buffer): Promise<{ ours: unknown; kafkajs: unknown }> {
  const { decode } = jest.requireActual<{ decode: (bytes: Buffer) => Promise<unknown> }>(
    `kafkajs/src/protocol/requests/fetch/v${version}/response`,
  );
  return { ours: plain(await decodeFetch(bytes, version)), kafkajs: plain(await decode(bytes)) };
}

function plain(response: unknown): unknown {
  const { responses, ...rest } = response as { responses: { topicName: string; partitions: Plain[] }[] };
  return {
    ...rest,
    responses: responses.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map((partition) => ({
        ...partition,
        messages: (partition['messages'] as Plain[]).map((message) => ({
          ...Object.fromEntries(FIELDS.map((field) => [field, message[field]])),
          batchContext: message['batchContext'],
        })),
      })),
    })),
  };
}

/** As a client of this process reads it. */
export function readByClient(version: number, bytes: Buffer): Promise<unknown> {
  const make = requests.Fetch.protocol({ version }) as unknown as (request: object) => {
    readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
  };
  return make({ maxWaitTime: 100, topics: [] }).response.decode(bytes);
}
