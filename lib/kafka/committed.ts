/**
 * What a reader of committed messages is to see. kafkajs leaves out aborted ones by the list that comes with them, but takes
 * the list to be in the order of where the transactions began, and steps into one transaction at a message at most. Brokers
 * give it in the order of the markers: of transactions that overlap, such as that of a run that paused and those of the
 * runs after it, an aborted one is then handed out as if it were committed.
 */
import Broker from 'kafkajs/src/broker/index.js';

interface FetchedMessage {
  readonly offset: string;
  readonly key: Uint8Array | null;
  /** kafkajs moves past such messages, and hands none of them out. */
  isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** What was fetched of one partition, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
}

interface Fetched {
  readonly responses?: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

/** Marks aborted messages as ones that are not handed out, and leaves kafkajs no list to go by. */
export function hideAborted(partition: FetchedPartition): void {
  const { abortedTransactions, messages } = partition;
  if (!abortedTransactions?.length) return;
  const ahead = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  for (const message of messages) {
    const { offset, key, isControlRecord, batchContext } = message;
    for (let next = ahead[0]; next !== undefined && next.firstOffset <= BigInt(offset); next = ahead[0]) {
      aborting.add(next.producerId);
      ahead.shift();
    }
    if (batchContext === undefined) continue;
    if (isControlRecord === true) {
      if (isAbort(key)) aborting.delete(batchContext.producerId);
    } else if (batchContext.inTransaction && aborting.has(batchContext.producerId)) message.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}

/** The key of a marker is its version and its type, two bytes each; 0 is an abort. */
function isAbort(key: Uint8Array | null): boolean {
  return key !== null && key[2] === 0 && key[3] === 0;
}

const fetchAll = Broker.prototype.fetch;

/** Makes every client of this process read so. Harmless to repeat. */
export function readCommittedOnly(): void {
  Broker.prototype.fetch = async function fetch(this: Broker, request) {
    const fetched = (await fetchAll.call(this, request)) as Fetched | undefined;
    for (const { partitions } of fetched?.responses ?? []) for (const partition of partitions) hideAborted(partition);
    return fetched;
  };
}
