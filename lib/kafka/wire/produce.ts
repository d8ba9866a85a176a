/**
 * Requests that carry encoded batches, written into one buffer of their exact size. kafkajs copies a batch seven times on
 * its way into a request, into buffers that it fills with zeros first, and takes its checksum byte by byte.
 *
 *     request   => transactionalId:nullableString acks:int16 timeout:int32 topic*
 *     topic     => name:string partition*
 *     partition => partition:int32 length:int32 batch
 *     batch     => baseOffset:int64 length:int32 leaderEpoch:int32 magic:int8 crc:int32 attributes:int16
 *                  lastOffsetDelta:int32 baseTimestamp:int64 maxTimestamp:int64 producerId:int64 producerEpoch:int16
 *                  baseSequence:int32 count:int32 record*
 *
 * Versions 3 to 7, which is what kafkajs asks for since Kafka 0.11; `record*` is compressed as a whole.
 * Source: Apache Kafka, "Produce API" in the protocol guide, and "Record Batch" in the message format documentation.
 */
import { pack } from '../packing.ts';
import { BATCH_OVERHEAD, type EncodedRecords } from '../record-batch.ts';
import { crc32c } from './crc32c.ts';
import { Framed, HEADROOM } from './framed.ts';
import { rewrite } from './hook.ts';
import { SpareBuffers } from './spare-buffers.ts';

/** Stands for the messages of a partition, of which kafkajs asks nothing but how many there are. */
export class EncodedBatch {
  readonly records: EncodedRecords;

  constructor(records: EncodedRecords) {
    this.records = records;
  }

  get length(): number {
    return this.records.count;
  }
}

/** As kafkajs's Broker passes it on. */
export interface ProduceRequest<Messages = unknown> {
  readonly transactionalId?: string | null;
  readonly acks: number;
  /** In milliseconds. */
  readonly timeout: number;
  /** kafkajs's number of the codec. */
  readonly compression: number;
  /** A number in decimal. */
  readonly producerId: string | number;
  readonly producerEpoch: number;
  readonly topicData: readonly TopicData<Messages>[];
}

interface TopicData<Messages> {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly firstSequence: number;
    readonly messages: Messages;
  }[];
}

/** One request under way to each of a few brokers. */
const spare = new SpareBuffers(3);

const TRANSACTIONAL = 0x10;
const MAGIC = 2;
/** Places in a batch: its length counts what is behind it, its checksum too. */
const LENGTH_AT = 8;
const CRC_AT = 17;

/** @param now milliseconds since 1970: when the records are said to be written */
export async function encodeProduce(request: ProduceRequest<EncodedBatch>, now: number): Promise<Framed> {
  const { transactionalId, acks, timeout, compression } = request;
  const topics = await Promise.all(request.topicData.map((data) => compressed(data, compression)));
  const id = transactionalId ?? undefined;
  const size = topics.reduce((sum, topic) => sum + sizeOf(topic), stringSize(id) + 2 + 4 + 4);
  const target = spare.take(HEADROOM + size);
  let at = writeString(target, HEADROOM, id);
  at = target.writeInt16BE(acks, at);
  at = target.writeInt32BE(timeout, at);
  at = target.writeInt32BE(topics.length, at);
  for (const { topic, partitions } of topics) {
    at = writeString(target, at, topic);
    at = target.writeInt32BE(partitions.length, at);
    for (const { partition, ...batch } of partitions) {
      at = target.writeInt32BE(partition, at);
      at = target.writeInt32BE(BATCH_OVERHEAD + batch.records.length, at);
      at = writeBatch(target, at, batch, request, now);
    }
  }
  return new Framed(target, HEADROOM, at);
}

interface Batch {
  readonly count: number;
  readonly firstSequence: number;
  readonly records: Uint8Array;
}

interface Topic {
  readonly topic: string;
  readonly partitions: readonly (Batch & { readonly partition: number })[];
}

/** Several at a time: what Node compresses it compresses in threads. */
async function compressed({ topic, partitions }: TopicData<EncodedBatch>, compression: number): Promise<Topic> {
  return {
    topic,
    partitions: await Promise.all(
      partitions.map(async ({ partition, firstSequence, messages: { records } }) => ({
        partition,
        firstSequence,
        count: records.count,
        records: await pack(records, compression),
      })),
    ),
  };
}

function sizeOf({ topic, partitions }: Topic): number {
  const fixed = 4 + 4 + BATCH_OVERHEAD;
  return partitions.reduce((sum, { records }) => sum + fixed + records.length, stringSize(topic) + 4);
}

function writeBatch(
  target: Buffer,
  start: number,
  { count, firstSequence, records }: Batch,
  { transactionalId, compression, producerId, producerEpoch }: ProduceRequest,
  now: number,
): number {
  const end = start + BATCH_OVERHEAD + records.length;
  let at = target.writeBigInt64BE(0n, start);
  at = target.writeInt32BE(end - (start + LENGTH_AT + 4), at);
  at = target.writeInt32BE(0, at);
  at = target.writeInt8(MAGIC, at);
  // The checksum is of what comes behind it.
  at += 4;
  at = target.writeInt16BE(compression | (transactionalId ? TRANSACTIONAL : 0), at);
  at = target.writeInt32BE(count - 1, at);
  at = target.writeBigInt64BE(BigInt(now), at);
  at = target.writeBigInt64BE(BigInt(now), at);
  at = target.writeBigInt64BE(BigInt(producerId), at);
  at = target.writeInt16BE(producerEpoch, at);
  at = target.writeInt32BE(firstSequence, at);
  at = target.writeInt32BE(count, at);
  target.set(records, at);
  target.writeUInt32BE(crc32c(target, start + CRC_AT + 4, end), start + CRC_AT);
  return end;
}

const stringSize = (text: string | undefined): number => 2 + (text === undefined ? 0 : Buffer.byteLength(text));

/** A string with its length in two bytes, -1 for none. */
function writeString(target: Buffer, start: number, text: string | undefined): number {
  const at = target.writeInt16BE(text === undefined ? -1 : Buffer.byteLength(text), start);
  return text === undefined ? at : at + target.write(text, at);
}

const isEncoded = (request: ProduceRequest): request is ProduceRequest<EncodedBatch> =>
  request.topicData.every(({ partitions }) => partitions.every(({ messages }) => messages instanceof EncodedBatch));

rewrite<ProduceRequest>('Produce', (version, make) => (request) => {
  const protocol = make(request);
  if (version < 3 || version > 7 || !isEncoded(request)) return protocol;
  let sent: Framed | undefined;
  const encode = async () => {
    sent = await encodeProduce(request, Date.now());
    return sent;
  };
  const decode = async (bytes: Buffer) => {
    // The broker has answered, so it has read the request to its end.
    if (sent !== undefined) spare.giveBack(sent.buf);
    sent = undefined;
    return protocol.response.decode(bytes);
  };
  return { ...protocol, request: { ...protocol.request, encode }, response: { ...protocol.response, decode } };
});
