import { randomUUID } from 'node:crypto';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { plaintext } from './kafka.ts';

/** New topics for the asking, which are gone when they are not needed any more. */
export class Topics {
  readonly endpoint: KafkaEndpoint;
  readonly #name: string;
  readonly #made: string[] = [];
  #admin: KafkaAdmin | undefined;

  constructor(brokers: readonly string[], name: string) {
    this.endpoint = plaintext(brokers);
    this.#name = name;
  }

  async open(): Promise<void> {
    this.#admin = await openAdmin(this.endpoint);
  }

  get admin(): KafkaAdmin {
    if (this.#admin === undefined) throw new TypeError('topics are made before they are opened');
    return this.#admin;
  }

  async create(partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = `${this.#name}-${randomUUID()}`;
    await this.admin.createTopic(topic, partitions, config);
    this.#made.push(topic);
    return topic;
  }

  /** All that were made since the last time. */
  async remove(): Promise<void> {
    for (const topic of this.#made.splice(0)) await this.admin.deleteTopic(topic);
  }

  async close(): Promise<void> {
    await this.remove();
    await this.admin.close();
  }
}
