import type { Provenance, RecordBatch, RecordProducer } from '../kafka/contract.ts';

/** One version of one object, under one rule: what a ledger keeps apart. */
export interface LedgerObject extends Provenance {
  /** When this version came to be, in milliseconds since 1970. */
  readonly lastModified: number;
}

/** What a run has counted, by name. The ledger keeps it beside the byte, so that a continuation counts on. */
export type Counts = Readonly<Record<string, number>>;

/** How far an object is done: every record before `byte` (of the decompressed object) is in Kafka or went where `onError` sends it. */
export interface Position {
  readonly byte: number;
  readonly counts: Counts;
}

/** Why an object stands still until somebody resumes it. Coordinates and sentences, never a payload. */
export interface StopReason {
  readonly code: string;
  readonly reason: string;
  readonly fix?: string;
}

/** How a hold on an object ends. */
export type End =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly reason: StopReason }
  /** The run leaves, and whoever comes next goes on from here. */
  | { readonly kind: 'released' };

/** What a ledger says of an object. Times are milliseconds since 1970. */
export type Opening =
  | { readonly kind: 'open'; readonly hold: Hold }
  | { readonly kind: 'done'; readonly finished: number; readonly position: Position }
  | { readonly kind: 'stopped'; readonly since: number; readonly reason: StopReason; readonly position: Position }
  /** Another run is at it. `until` says when to ask again, not that the object will be free. */
  | { readonly kind: 'busy'; readonly until: number };

/** What a batch may send while its transaction is open. */
export type RecordSender = Pick<RecordProducer, 'send' | 'sendTo'>;

/**
 * An object that this run may export, from `position` on.
 *
 * Every failure ends the hold: nothing may be sent through it afterwards, and a call that comes all the same throws the
 * first failure again. To go on, open the object anew and begin at the position that the new hold names: whether the
 * failed batch is in Kafka is known only to the ledger. A `TakenOver` says that another run has the object: leave it.
 */
export interface Hold {
  /** Where to go on: the last commit that was answered, or what the ledger said when the object was opened. */
  readonly position: Position;
  /** Whether the end is written apart from the last batch, so that nothing is saved by telling both at once. */
  readonly endsApart: boolean;
  /** Rows that the topic would refuse for their size alone. */
  readonly oversized: RecordProducer['oversized'];
  /** Says which batch the next `commit` is to send, so that it is encoded and compressed while another one is committed. */
  readonly prepare: TransactionalChannel['prepare'];
  /**
   * One transaction: what `send` sends and the fact that the object is done up to `to`, both or neither. Take tokens of the
   * rate before; a transaction should not last more than a second. With `end` it is also the hold's last.
   */
  commit(to: Position, send: (sender: RecordSender) => Promise<void>, end?: End): Promise<void>;
  /** Ends the hold without a batch. `at` may be behind the last commit, if nothing was to be sent in between. */
  end(at: Position, end: End): Promise<void>;
  /** Keeps the lease while nothing is committed (a rate that makes wait, a long way to the first match). Cheap: call it often. */
  heartbeat(): Promise<void>;
}

/** An object that stands still, as `list` shows it. */
export interface StoppedObject extends Provenance {
  readonly since: number;
  readonly reason: StopReason;
  readonly position: Position;
}

/**
 * What has been exported of each object of one rule. Failures are SluiceErrors of stage `ledger` or `kafka`:
 * `TakenOver`, `ObjectTooOld`, `NotDone`, `NotStopped`, `BrokenCheckpoint`, and the codes of DynamoDB's failures
 * (`LedgerMissing`, `LedgerDenied`, `LedgerThrottled`, `LedgerUnreachable`, `LedgerFailed`).
 */
export interface Ledger {
  open(object: LedgerObject): Promise<Opening>;
  /** Makes a stopped object runnable again, from where it stands. */
  resume(object: LedgerObject): Promise<void>;
  /** Makes a finished object runnable again, from its first byte. */
  again(object: LedgerObject): Promise<void>;
  stopped(): AsyncIterable<StoppedObject>;
  close(): Promise<void>;
}

/** What a group has committed for partition 0 of the rule's topic. */
export interface Checkpoint {
  readonly offset: number;
  readonly metadata: string;
}

/**
 * A transactional producer, whose id is also its consumer group. One object is one connection: after any failure it is
 * dropped, never mended. Failures are SluiceErrors of stage `kafka`; two codes mean something here: `ProducerFenced` (a
 * newer producer of this id has connected) and `BrokerNotReady` (CONCURRENT_TRANSACTIONS, GROUP_LOAD_IN_PROGRESS,
 * NOT_COORDINATOR_FOR_GROUP and their like, after the client's own bounded retries).
 */
export interface TransactionalChannel extends RecordSender, Pick<RecordProducer, 'oversized'> {
  /**
   * Resolves when the broker has answered InitProducerId: from then on every older producer of this id is fenced, and its
   * transaction is either aborted or committed whole. Being connected to a broker is not enough.
   */
  connect(): Promise<void>;
  /** The group's committed offset as of now; undefined if there is none. Asked after `connect`, it is final until `commit`. */
  readOffset(): Promise<Checkpoint | undefined>;
  begin(): Promise<void>;
  /** Encodes a batch that `send` is soon called with, and begins to compress it. Sends nothing, and never fails. */
  prepare(batch: RecordBatch, source: Provenance): void;
  sendOffsets(offset: number, metadata: string): Promise<void>;
  /** Resolves when the broker has answered that the transaction is committed. */
  commit(): Promise<void>;
  /** Lets the connection go, and an open transaction with it, without EndTxn: the next `connect` of this id settles it. Never throws. */
  drop(): Promise<void>;
}

/** A new, unconnected channel of this transactional id and group. */
export type ChannelFactory = (id: string) => TransactionalChannel;

/** Groups that no channel is open for: what the kafka ledger sweeps and lists. */
export interface GroupDirectory {
  list(prefix: string): Promise<readonly string[]>;
  /** Undefined where the group has committed nothing, or does not exist. */
  read(group: string): Promise<Checkpoint | undefined>;
  /** Groups that are gone already count as removed. */
  remove(groups: readonly string[]): Promise<void>;
}

/** Which rule's ledger it is. Both stand in every id. */
export interface Scope {
  readonly stage: string;
  readonly rule: string;
}

/** What a ledger takes from the world around it. */
export interface LedgerPorts {
  readonly channels: ChannelFactory;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Never the same twice, in any process. */
  readonly random: () => string;
}
