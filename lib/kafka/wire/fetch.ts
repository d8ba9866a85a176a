/**
 * Answers to fetches, read without an object for every number in them: of what a consumer of small messages does, this
 * was a third. Versions 4 to 11, which is what kafkajs asks for since Kafka 0.11; topics that still hold older formats of
 * messages are read by kafkajs itself.
 *
 *     response  => throttleTime:int32 (errorCode:int16 sessionId:int32)7+ topic*
 *     topic     => name:string partition*
 *     partition => partition:int32 errorCode:int16 highWatermark:int64 lastStableOffset:int64 (logStartOffset:int64)5+
 *                  (producerId:int64 firstOffset:int64)* (preferredReadReplica:int32)11 length:int32 batches
 *
 * Source: Apache Kafka, "Fetch API" in the protocol guide.
 */
import { Cursor } from './cursor.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { rewrite } from './hook.ts';
import { isOldFormat, readRecords } from './record-batches.ts';

/** Some topics' names stand twice, if a fetch asks for their partitions in turn. */
interface FetchedTopic {
  readonly topicName: string;
  readonly partitions: readonly object[];
}

/** As kafkajs has it. */
export interface FetchResponse {
  readonly throttleTime: number;
  /** The broker has not throttled the request, and expects the client to wait. */
  readonly clientSideThrottleTime?: number;
  readonly errorCode?: number;
  readonly sessionId?: number;
  readonly responses: readonly FetchedTopic[];
}

type Partition = ReturnType<typeof readPartition>;

/**
 * The answer to a fetch; undefined where there are messages in an old format. Throws SluiceError (`DamagedBatch`), and what
 * the codec throws.
 */
export async function decodeFetch(bytes: Buffer, version: number): Promise<FetchResponse | undefined> {
  const cursor = new Cursor(bytes);
  const throttleTime = cursor.int32();
  const session = version < 7 ? {} : { errorCode: cursor.int16(), sessionId: cursor.int32() };
  const topics = cursor.array(() => ({
    topicName: cursor.string(),
    partitions: cursor.array(() => readPartition(cursor, version)),
  }));
  if (topics.some(({ partitions }) => partitions.some(({ batches }) => isOldFormat(batches)))) return undefined;
  const responses: FetchedTopic[] = [];
  for (const { topicName, partitions } of topics) {
    const read = [];
    for (const partition of partitions) read.push(await withRecords(partition));
    responses.push({ topicName, partitions: read });
  }
  return version < 8
    ? { throttleTime, ...session, responses }
    : { throttleTime: 0, clientSideThrottleTime: throttleTime, ...session, responses };
}

function readPartition(cursor: Cursor, version: number) {
  const facts = {
    partition: cursor.int32(),
    errorCode: cursor.int16(),
    highWatermark: String(cursor.int64()),
    lastStableOffset: String(cursor.int64()),
    ...(version < 5 ? {} : { lastStartOffset: String(cursor.int64()) }),
    abortedTransactions: cursor.array(() => ({
      producerId: String(cursor.int64()),
      firstOffset: String(cursor.int64()),
    })),
    ...(version < 11 ? {} : { preferredReadReplica: cursor.int32() }),
  };
  const length = Math.max(cursor.int32(), 0);
  const batches = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return { facts, batches };
}

async function withRecords({ facts, batches }: Partition): Promise<object> {
  const messages = await readRecords(batches);
  return { ...facts, messages: Object.assign(messages, { filter: fromFirst }) };
}

/**
 * kafkajs looks at the offset of every message to leave out those before the one that it asked for, which come where a
 * batch begins before it. Offsets ascend: behind the first that it takes, it takes all.
 */
function fromFirst(this: FetchedRecord[], taken: (record: FetchedRecord) => boolean): FetchedRecord[] {
  const first = this.findIndex(taken);
  return first < 0 ? [] : this.slice(first);
}

rewrite('Fetch', (version, make) => (request) => {
  const protocol = make(request);
  if (version < 4 || version > 11) return protocol;
  const { decode } = protocol.response;
  return {
    ...protocol,
    response: {
      ...protocol.response,
      decode: async (bytes) => (await decodeFetch(bytes, version)) ?? decode(bytes),
    },
  };
});
