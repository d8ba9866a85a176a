import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import { compressionType, registerCodecs } from './compression.ts';
import { type ConnectionOptions, createClient, DEFAULT_RETRY } from './connection.ts';
import type { ProducerOptions, Provenance, RecordBatch, RecordProducer } from './contract.ts';
import { dispatch, type Request } from './dispatch.ts';
import { kafkaFailure } from './failure.ts';
import type { Destination } from './finding.ts';
import { type Carrier, carrier } from './messages.ts';
import { type PlainMessage, plainRequest } from './plain-request.ts';
import {
  type HeaderTemplate,
  itemLength,
  keyLength,
  NO_HEADERS,
  provenanceHeaders,
  recordSize,
} from './record-batch.ts';
import { rounds } from './rounds.ts';
import { readTopic, recordLimit, type TopicFacts } from './topic.ts';

export interface ProducerInternals extends ConnectionOptions {
  /** How records are handed to kafkajs. Default: as encoded batches where its version is known to take them. */
  readonly carrier?: Carrier;
}

/**
 * A producer of the rule's topic. Calls may overlap; they are carried out one after the other, because a second request
 * under way while kafkajs retries a first could take over its sequence numbers, and the broker would drop it as a copy.
 *
 * After a failure the session is given up, for the same reason: the next call connects anew, under a new producer id.
 * What the failed call had sent may then be there twice: at least once.
 */
export function createProducer(options: ProducerOptions, internals: ProducerInternals = {}): RecordProducer {
  return new IdempotentProducer(options, internals);
}

/** One connection under one producer id. */
interface Session {
  readonly client: Kafka;
  readonly producer: Producer;
  readonly topics: Map<string, TopicFacts>;
}

class IdempotentProducer implements RecordProducer {
  readonly #options: ProducerOptions;
  readonly #internals: ProducerInternals;
  #session: Session | undefined;
  /** Kept over sessions, since `oversized` is asked between them. */
  #limit: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProducerOptions, internals: ProducerInternals) {
    this.#options = options;
    this.#internals = internals;
    this.#limit = recordLimit(undefined, options.compression);
    registerCodecs();
  }

  connect(): Promise<void> {
    return this.#inTurn(this.#options.topic, async () => undefined);
  }

  send(batch: RecordBatch, source: Provenance): Promise<{ readonly records: number; readonly bytes: number }> {
    const { topic } = this.#options;
    const carry = this.#internals.carrier ?? carrier;
    return this.#inTurn(topic, async ({ partitions }, send) => {
      const [tooLarge] = this.oversized(batch, source);
      if (tooLarge !== undefined) throw recordTooLarge(batch, tooLarge, topic, this.#limit);
      for (const round of rounds(batch, source, partitions, this.#headers(source), this.#limit)) {
        await send({
          partitions: round.map(({ partition }) => partition),
          messages: (wanted) =>
            carry(
              round.filter(({ partition }) => wanted.has(partition)),
              batch,
              this.#options.headers ? source : undefined,
            ),
        });
      }
      return sizeOf(batch);
    });
  }

  oversized(batch: RecordBatch, source: Provenance): readonly number[] {
    const headers = this.#headers(source);
    const rows: number[] = [];
    const behind = batch.behind ?? batch.count;
    for (let row = batch.first ?? 0; row < behind; row++) {
      if (recordSize(batch, row, headers) > this.#limit) rows.push(row);
    }
    return rows;
  }

  sendTo(topic: string, messages: readonly PlainMessage[]): Promise<void> {
    return this.#inTurn(topic, ({ partitions }, send) => send(plainRequest(messages, partitions)));
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#giveUp();
  }

  /** Does `work` when everything before it is done, in a session that knows the topic; gives the session up if it fails. */
  #inTurn<T>(
    topic: string,
    work: (facts: TopicFacts, send: (request: Pick<Request, 'partitions' | 'messages'>) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const destination: Destination = { endpoint: this.#options.endpoint, topic };
    const result = this.#turn.then(async () => {
      try {
        const compression = compressionType(this.#options.compression);
        const session = this.#session ?? (await this.#open());
        this.#session = session;
        const facts = await this.#factsOf(topic, session);
        return await work(facts, (request) =>
          dispatch(session.producer, { ...request, topic, compression }, destination),
        );
      } catch (error) {
        if (!(error instanceof SluiceError && error.code === 'RecordTooLarge')) await this.#giveUp();
        throw kafkaFailure(error, destination);
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #open(): Promise<Session> {
    const client = createClient(this.#options.endpoint, this.#internals);
    const producer = client.producer({
      idempotent: true,
      // kafkajs makes no idempotent producer without any.
      retry: { retries: Math.max(1, (this.#internals.retry ?? DEFAULT_RETRY).retries ?? 1) },
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return { client, producer, topics: new Map() };
  }

  async #factsOf(topic: string, { client, topics }: Session): Promise<TopicFacts> {
    const known = topics.get(topic);
    if (known !== undefined) return known;
    const facts = await readTopic(client, topic);
    topics.set(topic, facts);
    if (topic === this.#options.topic) this.#limit = recordLimit(facts.maxMessageBytes, this.#options.compression);
    return facts;
  }

  async #giveUp(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    // The connection may be gone already; there is nothing left to save in it.
    await session?.producer.disconnect().catch(() => undefined);
  }

  #headers(source: Provenance): HeaderTemplate {
    return this.#options.headers ? provenanceHeaders(source) : NO_HEADERS;
  }
}

function sizeOf(batch: RecordBatch): { readonly records: number; readonly bytes: number } {
  const first = batch.first ?? 0;
  const behind = batch.behind ?? batch.count;
  let bytes = 0;
  for (let row = first; row < behind; row++)
    bytes += itemLength(batch.values, row) + Math.max(0, keyLength(batch, row));
  return { records: behind - first, bytes };
}

function recordTooLarge(batch: RecordBatch, row: number, topic: string, limit: number): SluiceError {
  const offset = batch.offsets[row] ?? 0;
  const length = itemLength(batch.values, row) + Math.max(0, keyLength(batch, row));
  return new SluiceError(
    'RecordTooLarge',
    `a record of ${length} bytes is over what the topic "${topic}" takes, ${limit}`,
    {
      stage: 'kafka',
      context: { topic, offset },
      fix: "Raise the topic's max.message.bytes (and what its consumers fetch), or select fewer columns.",
    },
  );
}
