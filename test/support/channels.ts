import { randomUUID } from 'node:crypto';
import { type ChannelInternals, createChannels } from '../../lib/kafka/channel.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { TransactionalChannel } from '../../lib/ledger/contract.ts';
import { recordsOf, SOURCE } from './kafka.ts';
import { Topics } from './topics.ts';

export const METADATA = JSON.stringify({ v: 1, counts: { scanned: 3 }, note: 'ü "quoted"' });

export const newId = (): string => `sluice.test.channel.${randomUUID()}`;

/** Channels into a topic that is new with each test; they are dropped with it. */
export class Channels {
  readonly topics: Topics;
  topic = '';
  readonly #open: TransactionalChannel[] = [];

  constructor(brokers: readonly string[]) {
    this.topics = new Topics(brokers, 'channel');
  }

  /** Into a topic of these settings from now on. */
  async begin(partitions = 3, config: Readonly<Record<string, string>> = {}): Promise<void> {
    this.topic = await this.topics.create(partitions, config);
  }

  async end(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((channel) => channel.drop()));
    await this.topics.remove();
  }

  of(id: string, internals: ChannelInternals = {}, to: { endpoint?: KafkaEndpoint; topic?: string } = {}) {
    const { endpoint = this.topics.endpoint, topic = this.topic } = to;
    const channel = createChannels({ endpoint, topic, compression: 'none', headers: true }, internals)(id);
    this.#open.push(channel);
    return channel;
  }

  async connected(id: string, internals?: ChannelInternals): Promise<TransactionalChannel> {
    const channel = this.of(id, internals);
    await channel.connect();
    return channel;
  }

  seen(count = 0, topic = this.topic): Promise<string[]> {
    return committed(this.topics.endpoint, topic, count);
  }
}

export async function transact(channel: TransactionalChannel, values: readonly string[], offset: number) {
  await channel.begin();
  await channel.send(recordsOf(values), SOURCE);
  await channel.sendOffsets(offset, METADATA);
  await channel.commit();
}

/**
 * The values that a read_committed reader sees, sorted. It waits until there are `count`: a commit is answered before its
 * markers stand in the partitions.
 */
export async function committed(endpoint: KafkaEndpoint, topic: string, count: number): Promise<string[]> {
  const values: string[] = [];
  await consumeAll(endpoint, topic, ({ value }) => values.push(String(value)), { enough: (seen) => seen >= count });
  return values.sort();
}
