import kafkajs, { type Admin, type PartitionOffset, type Producer, type RetryOptions, type Transaction } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import type { ChannelFactory, Checkpoint, TransactionalChannel } from '../ledger/contract.ts';
import { bounded } from './bounded.ts';
import { compressionType, registerCodecs } from './compression.ts';
import type { ConnectionOptions } from './connection.ts';
import type { ProducerOptions, Provenance, RecordBatch } from './contract.ts';
import { type CoordinatedClient, createCoordinatedClient } from './coordinator.ts';
import { dispatch, type Request } from './dispatch.ts';
import { createGate, type Gate } from './gate.ts';
import { readCheckpoint } from './groups.ts';
import type { Carrier } from './messages.ts';
import { untilReady } from './patience.ts';
import { type PlainMessage, plainRequest } from './plain-request.ts';
import { RecordRequests, sizeOf } from './record-requests.ts';
import { askTopic, type TopicFacts } from './topic.ts';
import './wire/coordinators.ts';

export interface ChannelInternals extends ConnectionOptions {
  /** How records are handed to kafkajs. Default: as encoded batches where its version is known to take them. */
  readonly carrier?: Carrier;
  /**
   * After how long the broker aborts a transaction by itself, and readers of what is committed no longer wait for it, in
   * milliseconds; no call of a channel lasts longer. Default: 60,000. Brokers take up to `transaction.max.timeout.ms`.
   */
  readonly transactionTimeoutMs?: number;
}

/**
 * Begins with short pauses: while a commit completes, which takes some milliseconds, the broker turns the next transaction
 * away with CONCURRENT_TRANSACTIONS. Ends after about 20 s, in which a broker may start.
 */
const TRANSACTION_RETRY: RetryOptions = { initialRetryTime: 10, multiplier: 2, maxRetryTime: 5_000, retries: 12 };

/** Transactions on the rule's topic. */
export function createChannels(options: ProducerOptions, internals: ChannelInternals = {}): ChannelFactory {
  registerCodecs();
  return (id) => new KafkaChannel(id, options, internals);
}

class KafkaChannel implements TransactionalChannel {
  readonly #id: string;
  readonly #options: ProducerOptions;
  readonly #timeoutMs: number;
  readonly #gate: Gate;
  readonly #cluster: CoordinatedClient;
  readonly #producer: Producer;
  readonly #requests: RecordRequests;
  readonly #topics = new Map<string, TopicFacts>();
  readonly #letGo = new AbortController();
  #admin: Promise<Admin> | undefined;
  /** kafkajs asks for the producer id when it makes a producer's first transaction: that one waits here until `begin`. */
  #waiting: Transaction | undefined;
  #open: Transaction | undefined;
  #failure: SluiceError | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(id: string, options: ProducerOptions, internals: ChannelInternals) {
    const { carrier, transactionTimeoutMs = 60_000, log, ...connection } = internals;
    this.#id = id;
    this.#options = options;
    this.#timeoutMs = transactionTimeoutMs;
    this.#gate = createGate(connection.socketFactory);
    this.#cluster = createCoordinatedClient(options.endpoint, {
      retry: TRANSACTION_RETRY,
      ...connection,
      ...(log && { log: (entry) => this.#letGo.signal.aborted || log(entry) }),
      socketFactory: this.#gate.socketFactory,
    });
    // Not `idempotent`, which its transactions are in any case: that would be a second producer id, for sending outside of them.
    this.#producer = this.#cluster.client.producer({
      transactionalId: id,
      transactionTimeout: transactionTimeoutMs,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    this.#requests = new RecordRequests(options, carrier);
  }

  connect(): Promise<void> {
    const { topic } = this.#options;
    return this.#inTurn(topic, async () => {
      // Both are waited for, whichever fails: nothing of a channel is to reach the broker after its failure was told.
      const [fenced, known] = await Promise.allSettled([this.#fence(), this.#factsOf(topic)]);
      if (fenced.status === 'rejected') throw fenced.reason;
      if (known.status === 'rejected') throw known.reason;
      this.#waiting = fenced.value;
      this.#requests.learn(known.value);
    });
  }

  async #fence(): Promise<Transaction> {
    await this.#producer.connect();
    return this.#producer.transaction();
  }

  /** The only call that may be made again after it failed: it leaves nothing behind. */
  async readOffset(): Promise<Checkpoint | undefined> {
    const { topic } = this.#options;
    const result = this.#turn.then(() => {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#within(() =>
        untilReady(async () => {
          try {
            return await readCheckpoint(await this.#administrator(), this.#id, topic);
          } catch (error) {
            await this.#leaveAdministrator();
            throw this.#translate(error, topic);
          }
        }),
      );
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  begin(): Promise<void> {
    return this.#inTurn(this.#options.topic, async () => {
      this.#open = this.#waiting ?? (await this.#producer.transaction());
      this.#waiting = undefined;
      await this.#leaveAdministrator();
    });
  }

  send(batch: RecordBatch, source: Provenance): Promise<{ readonly records: number; readonly bytes: number }> {
    const { topic } = this.#options;
    return this.#inTurn(topic, async () => {
      const facts = await this.#factsOf(topic);
      for (const request of this.#requests.of(batch, source, facts)) await this.#dispatch(topic, request);
      return sizeOf(batch);
    });
  }

  prepare(batch: RecordBatch, source: Provenance): void {
    const facts = this.#topics.get(this.#options.topic);
    if (this.#failure === undefined && facts !== undefined) this.#requests.prepare(batch, source, facts);
  }

  oversized(batch: RecordBatch, source: Provenance): readonly number[] {
    return this.#requests.oversized(batch, source);
  }

  sendTo(topic: string, messages: readonly PlainMessage[]): Promise<void> {
    return this.#inTurn(topic, async () => {
      const { partitions } = await this.#factsOf(topic);
      await this.#dispatch(topic, plainRequest(messages, partitions));
    });
  }

  sendOffsets(offset: number, metadata: string): Promise<void> {
    const { topic } = this.#options;
    // kafkajs sends the metadata, and its types do not know it.
    const mark: PartitionOffset & { readonly metadata: string } = { partition: 0, offset: String(offset), metadata };
    const offsets = { consumerGroupId: this.#id, topics: [{ topic, partitions: [mark] }] };
    return this.#inTurn(topic, () =>
      // Asking again is safe: the offset counts once, with the transaction.
      untilReady(async () => {
        try {
          await this.#transaction().sendOffsets(offsets);
        } catch (error) {
          throw this.#translate(error, topic);
        }
      }),
    );
  }

  commit(): Promise<void> {
    return this.#inTurn(this.#options.topic, async () => {
      const transaction = this.#transaction();
      this.#open = undefined;
      await transaction.commit();
    });
  }

  async drop(): Promise<void> {
    this.#failure ??= new SluiceError('ChannelDropped', `the connection of ${this.#id} was let go`, {
      stage: 'kafka',
      retryable: true,
      context: { topic: this.#options.topic },
      fix: 'Nothing to do: whoever exports the object next finds out how far it is.',
    });
    this.#letGo.abort(this.#failure);
    this.#gate.shut();
    await Promise.allSettled([this.#producer.disconnect(), this.#leaveAdministrator()]);
  }

  /** Does `work` when everything before it is done, and nothing any more once something failed. */
  #inTurn<T>(topic: string, work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        return await this.#within(work);
      } catch (error) {
        this.#failure ??= this.#translate(error, topic);
        throw this.#failure;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** kafkajs retries within retries; what lasts longer than a transaction may has lost it. */
  #within<T>(work: () => Promise<T>): Promise<T> {
    return bounded(work(), this.#timeoutMs, () => this.#tooLate(), this.#letGo.signal);
  }

  #dispatch(topic: string, request: Pick<Request, 'partitions' | 'messages'>): Promise<void> {
    const compression = compressionType(this.#options.compression);
    return dispatch(
      this.#transaction(),
      { ...request, topic, compression },
      { endpoint: this.#options.endpoint, topic },
    );
  }

  #transaction(): Transaction {
    if (this.#open === undefined) throw new TypeError('no transaction was begun');
    return this.#open;
  }

  async #factsOf(topic: string): Promise<TopicFacts> {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const facts = await askTopic(await this.#administrator(), topic);
    this.#topics.set(topic, facts);
    return facts;
  }

  #administrator(): Promise<Admin> {
    this.#admin ??= connected(this.#cluster.client.admin());
    return this.#admin;
  }

  /** Between its opening and its end an object needs no second connection. */
  async #leaveAdministrator(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    // A connection that broke already has nothing left to save.
    await admin?.then((known) => known.disconnect()).catch(() => undefined);
  }

  #translate(error: unknown, topic: string): SluiceError {
    return this.#cluster.failure(error, {
      endpoint: this.#options.endpoint,
      topic,
      transactionalId: this.#id,
      group: this.#id,
    });
  }

  #tooLate(): SluiceError {
    return new SluiceError('BrokerTimeout', `Kafka did not answer within the ${this.#timeoutMs} ms of a transaction`, {
      stage: 'kafka',
      retryable: true,
      context: { topic: this.#options.topic },
      fix: 'Look at the load of the brokers, and whether a quota of the client holds the answers back.',
    });
  }
}

async function connected(admin: Admin): Promise<Admin> {
  try {
    await admin.connect();
    return admin;
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
}
