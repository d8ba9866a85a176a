import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { SluiceError } from '../failure/index.ts';
import { compressionType, registerCodecs } from './compression.ts';
import { type ConnectionOptions, createClient, DEFAULT_RETRY } from './connection.ts';
import type { ProducerOptions, Provenance, RecordBatch, RecordProducer } from './contract.ts';
import { dispatch, type Request } from './dispatch.ts';
import { kafkaFailure } from './failure.ts';
import type { Destination } from './finding.ts';
import type { Carrier } from './messages.ts';
import { type PlainMessage, plainRequest } from './plain-request.ts';
import { RecordRequests, sizeOf } from './record-requests.ts';
import { readTopic, type TopicFacts } from './topic.ts';

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
  /** Kept over sessions, since `oversized` is asked between them. */
  readonly #requests: RecordRequests;
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProducerOptions, internals: ProducerInternals) {
    this.#options = options;
    this.#internals = internals;
    this.#requests = new RecordRequests(options, internals.carrier);
    registerCodecs();
  }

  connect(): Promise<void> {
    return this.#inTurn(this.#options.topic, async () => undefined);
  }

  send(batch: RecordBatch, source: Provenance): Promise<{ readonly records: number; readonly bytes: number }> {
    return this.#inTurn(this.#options.topic, async (facts, send) => {
      for (const request of this.#requests.of(batch, source, facts)) await send(request);
      return sizeOf(batch);
    });
  }

  oversized(batch: RecordBatch, source: Provenance): readonly number[] {
    return this.#requests.oversized(batch, source);
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
    if (topic === this.#options.topic) this.#requests.learn(facts);
    return facts;
  }

  async #giveUp(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    // The connection may be gone already; there is nothing left to save in it.
    await session?.producer.disconnect().catch(() => undefined);
  }
}
