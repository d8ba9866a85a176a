/**
 * The record batches of a partition in a fetch, format v2, read where they lie.
 *
 *     batch  => baseOffset:int64 length:int32 leaderEpoch:int32 magic:int8 crc:int32 attributes:int16
 *               lastOffsetDelta:int32 baseTimestamp:int64 maxTimestamp:int64 producerId:int64 producerEpoch:int16
 *               baseSequence:int32 count:int32 record*
 *     record => length:varint attributes:int8 timestampDelta:varlong offsetDelta:varint …
 *
 * `record*` is compressed as a whole. The CRC is not looked at: it guards against what a disk does to a broker's files,
 * which brokers look at themselves, and on the way TCP and TLS have checks of their own.
 * Source: Apache Kafka, "Record Batch" in the message format documentation.
 */
import { SluiceError } from '../../failure/index.ts';
import { decompress } from '../compression.ts';
import { Cursor } from './cursor.ts';
import { type BatchContext, FetchedRecord, type RecordSource } from './fetched-record.ts';

/** Of a batch, what its length does not count. */
const BEFORE_LENGTH = 12;
/** A batch without records. */
const HEADER = 61;
const MAGIC_AT = 16;

const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMPRESSION = 0x07;

/** A record without anything in it, whose offset is that of its batch. */
const EMPTY = Buffer.from([0, 0, 0, 1, 1, 0]);

/** Whether records are in a format before v2, which is told only for the first of them: brokers do not mix them. */
export function isOldFormat(bytes: Buffer): boolean {
  return bytes.length > MAGIC_AT && bytes[MAGIC_AT]! < 2;
}

/** What a fetch gives of a partition. Its last batch may be cut off, and is then fetched again. */
export async function readRecords(bytes: Buffer): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  const cursor = new Cursor(bytes);
  let open: RecordSource | undefined;
  while (cursor.left >= HEADER) {
    const from = cursor.at;
    const end = from + BEFORE_LENGTH + bytes.readInt32BE(from + 8);
    if (end > bytes.length || bytes[from + MAGIC_AT] !== 2) break;
    const { source, attributes, count } = readHeader(cursor, end);
    const codec = count > 0 ? attributes & COMPRESSION : 0;
    const held = codec === 0 ? source : { ...source, bytes: await decompress(codec, source.bytes) };
    const isWhole = takeRecords(held, count, records);
    open = isWhole ? undefined : held;
    cursor.at = end;
  }
  if (open !== undefined) records.push(endOf(open));
  return records;
}

function readHeader(cursor: Cursor, end: number) {
  const offset = cursor.int64();
  cursor.at += 4;
  const partitionLeaderEpoch = cursor.int32();
  cursor.at += 1 + 4;
  const attributes = cursor.int16();
  const lastOffsetDelta = cursor.int32();
  const firstTimestamp = cursor.int64();
  const maxTimestamp = cursor.int64();
  const producerId = cursor.int64();
  const timestampType = (attributes & APPEND_TIME) === 0 ? 0 : 1;
  const context: BatchContext = {
    firstOffset: String(offset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch,
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch: (attributes & CONTROL) !== 0,
    lastOffsetDelta,
    producerId: String(producerId),
    producerEpoch: cursor.int16(),
    firstSequence: cursor.int32(),
    maxTimestamp: String(maxTimestamp),
    timestampType,
    magicByte: 2,
  };
  const count = cursor.int32();
  const timestamp = Number(timestampType === 0 ? firstTimestamp : maxTimestamp);
  const bytes = cursor.bytes.subarray(cursor.at, end);
  return { source: { bytes, context, offset: Number(offset), timestamp }, attributes, count };
}

/** False: the last ones of the batch are not there any more. */
function takeRecords(source: RecordSource, count: number, records: FetchedRecord[]): boolean {
  let offsetDelta = -1;
  const cursor = new Cursor(source.bytes);
  for (let i = 0; i < count; i++) {
    const length = cursor.varint();
    const at = cursor.at;
    if (length < 0 || length > cursor.left) throw damaged(source);
    cursor.at++;
    cursor.skipVarint();
    offsetDelta = cursor.varint();
    records.push(new FetchedRecord(source, at, offsetDelta));
    cursor.at = at + length;
  }
  return offsetDelta >= source.context.lastOffsetDelta;
}

/**
 * Compaction takes records out of a batch, the last ones too, and can leave one without any. kafkajs asks next for what
 * lies behind the last record that it was given: with nothing else in the fetch it would be given the same batch again, a
 * record's place farther on each time, and with an empty one for ever. So it is given a record at the batch's end that is
 * not handed out.
 */
function endOf(source: RecordSource): FetchedRecord {
  const mark = new FetchedRecord({ ...source, bytes: EMPTY }, 0, source.context.lastOffsetDelta);
  mark.isControlRecord = true;
  return mark;
}

function damaged({ context: { firstOffset } }: RecordSource): SluiceError {
  return new SluiceError('DamagedBatch', 'a record of a batch goes on behind its end', {
    stage: 'kafka',
    context: { messageOffset: firstOffset },
    fix: "Look at the broker's log segment with kafka-dump-log.sh --deep-iteration; if it is damaged there, let the replica be built anew, or read on behind the batch.",
  });
}
